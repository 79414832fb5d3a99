/**
 * Takes over queue files of a peer, each exactly once however often it is sent.
 *
 *   1. pieces are put together beside the queue, under the peer's name;
 *   2. when whole and its sha256 right, the file is written down in a record
 *      of this run, fsynced;
 *   3. then it is renamed into the queue: that rename is the takeover.
 *
 * Sent again, three cases: no record -> as new. Record and the staged file is
 * there -> the rename is still to do. Record and no staged file -> it is in the
 * queue, or delivered already. Records are kept by run: the same message may
 * rightly come back in a later one.
 */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { type QueuePiece, queuePath, queuePieceSchema, sha256Schema } from './mx-queue.ts';
import { receivedRecords, spool, stagingQueue } from './paths.ts';
import { listQueue, messageQueues, targetOf } from './queue-files.ts';
import { isLongQueueId } from './queue-id.ts';
import { sha256Hex } from './sha256.ts';

const source = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);

const receivedSchema = z.strictObject({
  path: z.string(),
  sha256: z.string(),
  /** Of this file, so far. */
  receivedBytes: z.number(),
  /** It is this node's now. */
  imported: z.boolean(),
});

export const mxQueueImportVerb = defineVerb({
  name: 'mx-queue-import',
  input: z.strictObject({ source, pieces: z.array(queuePieceSchema).min(1).max(500) }),
  state: z.strictObject({ files: z.array(receivedSchema) }),
  detached: false,
  secretFields: ['pieces'],
  async observe(host, input) {
    const records = await readRecords(host, input.source);
    const files: z.infer<typeof receivedSchema>[] = [];
    let satisfied = true;
    for (const piece of input.pieces) {
      const imported = await isImported(host, input.source, records, piece.path, piece.sha256);
      const receivedBytes = imported
        ? piece.sizeBytes
        : ((await host.stat(partOf(input.source, piece.path)))?.size ?? 0);
      const last = piece.offset + bytesOf(piece) >= piece.sizeBytes;
      if (!imported && (last || receivedBytes < piece.offset + bytesOf(piece))) satisfied = false;
      files.push({ path: piece.path, sha256: piece.sha256, receivedBytes, imported });
    }
    return { satisfied, state: { files } };
  },
  async apply(host, { source: from, pieces }) {
    await host.makeDirectory(stagingQueue, rootOnly);
    await host.makeDirectory(`${stagingQueue}/${from}`, rootOnly);
    const records = await readRecords(host, from);
    const whole: { path: string; sha256: string }[] = [];
    for (const piece of pieces) {
      if (await isImported(host, from, records, piece.path, piece.sha256)) continue;
      if (await addPiece(host, from, piece)) whole.push({ path: piece.path, sha256: piece.sha256 });
    }
    if (whole.length === 0) return;
    await refuseStrangers(host, whole);
    await writeRecord(host, from, whole);
    for (const { path } of whole) {
      const target = targetOf(path);
      if (target.split('/').length > 2) {
        await host.makeDirectory(`${spool}/${target.split('/').slice(0, -1).join('/')}`, {
          ...postfixOwned,
          mode: 0o700,
        });
      }
      if (await isHereAlready(host, path)) {
        // A run that was given up half-way left it in both queues; it is one message.
        await host.remove(stagedAs(from, path));
        host.output(`${path} is in this queue already`);
        continue;
      }
      await host.rename(stagedAs(from, path), `${spool}/${target}`);
    }
    host.output(`took over ${whole.length} queue files from ${from}`);
  },
});

/** Which of these files this node has taken over in this run: asked before the source starts its Postfix again. */
export const mxQueueReceivedVerb = defineVerb({
  name: 'mx-queue-received',
  input: z.strictObject({
    source,
    files: z.array(z.strictObject({ path: queuePath, sha256: sha256Schema })).max(5000),
  }),
  state: z.strictObject({ imported: z.array(z.string()) }),
  detached: false,
  async observe(host, input) {
    const records = await readRecords(host, input.source);
    const imported: string[] = [];
    for (const { path, sha256 } of input.files) {
      if (await isImported(host, input.source, records, path, sha256)) imported.push(path);
    }
    return { satisfied: true, state: { imported } };
  },
});

const rootOnly = { mode: 0o700, owner: 'root', group: 'root' } as const;
const postfixOwned = { owner: 'postfix', group: 'postfix' } as const;

function stagedAs(from: string, path: string): string {
  return `${stagingQueue}/${from}/${path.replaceAll('/', '_')}`;
}

function partOf(from: string, path: string): string {
  return `${stagedAs(from, path)}.part`;
}

function bytesOf(piece: QueuePiece): number {
  return Buffer.byteLength(piece.data, 'base64');
}

type Records = ReadonlySet<string>;

async function isImported(
  host: VerbHost,
  from: string,
  records: Records,
  path: string,
  sha256: string,
): Promise<boolean> {
  if (!records.has(`${sha256} ${path}`)) return false;
  return (await host.stat(stagedAs(from, path))) === null;
}

/** Adds a piece; true when the file is whole, right, and lies ready to be renamed. */
async function addPiece(host: VerbHost, from: string, piece: QueuePiece): Promise<boolean> {
  const data = Buffer.from(piece.data, 'base64');
  const part = partOf(from, piece.path);
  let content = data;
  if (data.length < piece.sizeBytes) {
    const before = piece.offset === 0 ? Buffer.alloc(0) : ((await host.readBytes(part)) ?? Buffer.alloc(0));
    if (before.length < piece.offset) {
      throw new OpsError(
        'bad-input',
        `${piece.path}: a piece at ${piece.offset} came, but only ${before.length} bytes are here.`,
      );
    }
    content = Buffer.concat([before.subarray(0, piece.offset), data]);
    if (content.length < piece.sizeBytes) {
      await host.writeFile(part, content, { ...rootOnly, mode: 0o600 });
      return false;
    }
  }
  const actual = await sha256Hex(content);
  if (content.length !== piece.sizeBytes || actual !== piece.sha256) {
    await host.remove(part);
    throw new OpsError(
      'bad-input',
      `${piece.path} did not arrive as it was sent (sha256 ${actual.slice(0, 12)}, expected ${piece.sha256.slice(0, 12)}); nothing of it was taken over.`,
    );
  }
  await host.writeFile(stagedAs(from, piece.path), content, {
    ...postfixOwned,
    mode: isMessage(piece.path) ? 0o700 : 0o600,
  });
  await host.remove(part);
  return true;
}

/** The same message, by an ID that is never used twice, is queued here. */
async function isHereAlready(host: VerbHost, path: string): Promise<boolean> {
  const id = path.split('/').at(-1) ?? '';
  if (!isMessage(path) || !isLongQueueId(id)) return false;
  return (await listQueue(host)).some((file) => file.message && file.complete && file.id === id);
}

function isMessage(path: string): boolean {
  return (messageQueues as readonly string[]).includes(path.split('/')[0] ?? '');
}

/** A file of that name with other content would be overwritten: mail of this node's own. */
async function refuseStrangers(
  host: VerbHost,
  whole: readonly { path: string; sha256: string }[],
): Promise<void> {
  for (const { path, sha256 } of whole) {
    const target = targetOf(path);
    const there = await host.readBytes(`${spool}/${target}`);
    if (there === null || (await sha256Hex(there)) === sha256) continue;
    // Notes about a message of the same long ID are about the same message.
    if (!isMessage(path) && isLongQueueId(path.split('/').at(-1) ?? '')) continue;
    throw new OpsError(
      'command-failed',
      `${target} exists here with other content; it was not overwritten. Look at both before moving the queue.`,
    );
  }
}

async function readRecords(host: VerbHost, from: string): Promise<Records> {
  const directory = recordsOf(host, from);
  const records = new Set<string>();
  for (const name of await host.listDirectory(directory)) {
    if (!name.endsWith('.txt')) continue;
    const text = (await host.readBytes(`${directory}/${name}`))?.toString() ?? '';
    for (const line of text.split('\n')) if (line !== '') records.add(line);
  }
  return records;
}

async function writeRecord(
  host: VerbHost,
  from: string,
  whole: readonly { path: string; sha256: string }[],
): Promise<void> {
  const text = `${whole.map(({ path, sha256 }) => `${sha256} ${path}`).join('\n')}\n`;
  const name = (await sha256Hex(Buffer.from(text))).slice(0, 32);
  await host.writeFile(`${recordsOf(host, from)}/${name}.txt`, text, { ...rootOnly, mode: 0o600 });
}

function recordsOf(host: VerbHost, from: string): string {
  return `${receivedRecords}/${host.caller.run.replace(/[^A-Za-z0-9_-]/g, '-')}/${from}`;
}
