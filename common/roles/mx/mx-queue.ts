/** The verbs that look at Postfix's queue, and hand it out when Postfix is stopped. */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { spool } from './paths.ts';
import { batchBytes } from './queue-batches.ts';
import { listQueue, queuePathPattern } from './queue-files.ts';
import { postfixUnit } from './services.ts';
import { sha256Hex } from './sha256.ts';

export const queuePath = z.string().regex(queuePathPattern);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const queueFileSchema = z.strictObject({
  path: z.string(),
  id: z.string(),
  queue: z.string(),
  message: z.boolean(),
  complete: z.boolean(),
  sizeBytes: z.number(),
  arrivedAtMs: z.number(),
});

/** Answers stay under the limit of one answer; a longer queue is moved in rounds. */
const maxListed = 5000;

/** Every file of the queue, whether Postfix runs or not. */
export const mxQueueVerb = defineVerb({
  name: 'mx-queue',
  input: z.strictObject({}),
  state: z.strictObject({
    running: z.boolean(),
    files: z.array(queueFileSchema),
    /** Files that are there beyond those listed. */
    more: z.number(),
  }),
  detached: false,
  async observe(host) {
    const files = await listQueue(host);
    return {
      satisfied: true,
      state: {
        running: await postfixRuns(host),
        files: files.slice(0, maxListed).map((file) => ({ ...file })),
        more: Math.max(0, files.length - maxListed),
      },
    };
  },
});

export const queuePieceSchema = z.strictObject({
  path: queuePath,
  /** Of the whole file. */
  sizeBytes: z.number().int().min(0),
  sha256: sha256Schema,
  offset: z.number().int().min(0),
  /** base64 */
  data: z.string().max(Math.ceil(batchBytes * 1.4)),
});
export type QueuePiece = z.infer<typeof queuePieceSchema>;

/** Hands out pieces of queue files; only while Postfix is stopped, so that they cannot change meanwhile. */
export const mxQueueExportVerb = defineVerb({
  name: 'mx-queue-export',
  input: z.strictObject({
    pieces: z
      .array(
        z.strictObject({
          path: queuePath,
          offset: z.number().int().min(0),
          length: z.number().int().min(0).max(batchBytes),
        }),
      )
      .min(1)
      .max(500)
      .refine(
        (pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0) <= batchBytes,
        'too many bytes for one answer',
      ),
  }),
  state: z.strictObject({ pieces: z.array(queuePieceSchema) }),
  detached: false,
  async observe(host, { pieces }) {
    await requireStopped(host);
    const answer: QueuePiece[] = [];
    for (const { path, offset, length } of pieces) {
      const content = await host.readBytes(`${spool}/${path}`);
      if (content === null)
        throw new OpsError('bad-input', `${path} is not in the queue any more; list it again.`);
      answer.push({
        path,
        sizeBytes: content.length,
        sha256: await sha256Hex(content),
        offset,
        data: content.subarray(offset, offset + length).toString('base64'),
      });
    }
    return { satisfied: true, state: { pieces: answer } };
  },
});

/** Throws: OpsError 'bad-input' while Postfix runs. */
export async function requireStopped(host: VerbHost): Promise<void> {
  if (await postfixRuns(host)) {
    throw new OpsError(
      'bad-input',
      'Postfix runs here, so its queue files may change at any moment. Stop it first; then its queue can be moved.',
    );
  }
}

async function postfixRuns(host: VerbHost): Promise<boolean> {
  const shown = await host.exec(['systemctl', 'show', '--property=ActiveState', '--', postfixUnit], {
    timeoutMs: 10_000,
  });
  return !/^ActiveState=(inactive|failed)$/m.test(shown.stdout);
}
