import { readFileSync } from 'node:fs';
import { OpsError } from '../../common/model/ops-error.ts';
import { jobsDirectory } from '../../common/verbs/verb-request.ts';
import { createVerbHost } from '../host/verb-host.ts';
import { performDetached, readRequest } from './perform-verb.ts';
import { nodeSurroundings } from './surroundings.ts';

const rootOnly = { mode: 0o600, owner: 'root', group: 'root' } as const;

/**
 * `job DIR`: a detached verb inside its transient unit. start.json says that it
 * began and in which boot; rc.json, written durably, that it came to its own
 * end and with which answer. Without rc.json it did not.
 */
export async function runJob(directory: string): Promise<number> {
  if (!directory.startsWith(`${jobsDirectory}/`) || directory.includes('..')) {
    throw new OpsError('bad-input', `A job lies under ${jobsDirectory}.`);
  }
  const stored = JSON.parse(readFileSync(`${directory}/request.json`, 'utf8')) as {
    verb: string;
    request: unknown;
  };
  const { verb, request } = readRequest(stored.verb, JSON.stringify(stored.request));
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const files = createVerbHost(
    { operator: request.operator, run: request.run, step: request.step, epoch: request.epoch },
    () => undefined,
  );
  await files.writeFile(`${directory}/start.json`, JSON.stringify({ bootId, atMs: Date.now() }), rootOnly);
  const answer = await performDetached(verb, request, nodeSurroundings, (line) =>
    process.stdout.write(`${line}\n`),
  );
  await files.writeFile(
    `${directory}/rc.json`,
    JSON.stringify({ bootId, atMs: Date.now(), answer }),
    rootOnly,
  );
  // What it was asked may hold secrets and is not needed any more.
  await files.remove(`${directory}/request.json`);
  return answer.ok ? 0 : 1;
}
