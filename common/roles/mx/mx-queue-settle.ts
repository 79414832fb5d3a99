/**
 * Takes files out of a stopped Postfix's queue after the peer confirmed that
 * it has them. Nothing is deleted: they are kept beside the queue, by run.
 */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { queuePath, requireStopped, sha256Schema } from './mx-queue.ts';
import { keptQueue, spool } from './paths.ts';
import { sha256Hex } from './sha256.ts';

export const mxQueueSettleVerb = defineVerb({
  name: 'mx-queue-settle',
  input: z.strictObject({
    files: z
      .array(z.strictObject({ path: queuePath, sha256: sha256Schema }))
      .min(1)
      .max(500),
  }),
  state: z.strictObject({
    /** Out of the queue, and kept. */
    settled: z.array(z.string()),
    /** Still in the queue. */
    left: z.array(z.string()),
  }),
  detached: false,
  async observe(host, { files }) {
    const settled: string[] = [];
    const left: string[] = [];
    for (const { path } of files) {
      if ((await host.stat(`${spool}/${path}`)) !== null) left.push(path);
      else if ((await host.stat(keptAs(host, path))) !== null) settled.push(path);
    }
    return { satisfied: left.length === 0 && settled.length === files.length, state: { settled, left } };
  },
  async apply(host, { files }, { left }) {
    await requireStopped(host);
    const directory = keptAs(host, '');
    await host.makeDirectory(keptQueue, rootOnly);
    await host.makeDirectory(directory, rootOnly);
    for (const { path, sha256 } of files.filter((file) => left.includes(file.path))) {
      const content = await host.readBytes(`${spool}/${path}`);
      if (content === null) continue;
      if ((await sha256Hex(content)) !== sha256) {
        throw new OpsError(
          'command-failed',
          `${path} is not what the peer confirmed any more; it stays in the queue.`,
        );
      }
      await host.rename(`${spool}/${path}`, keptAs(host, path));
    }
  },
});

const rootOnly = { mode: 0o700, owner: 'root', group: 'root' } as const;

function keptAs(host: VerbHost, path: string): string {
  return `${keptQueue}/${host.caller.run.replace(/[^A-Za-z0-9_-]/g, '-')}/${path.replaceAll('/', '_')}`;
}
