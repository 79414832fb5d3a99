/**
 * Postfix's queue as files: what a drain moves, and where it belongs on the peer.
 *
 *   incoming/ID active/ID deferred/X/ID   messages to deliver -> peer's incoming/
 *   hold/ID                               messages an operator holds -> peer's hold/
 *   bounce/.. defer/.. trace/..           what is to be told the sender about ID -> the same place
 *
 * A file in incoming/ without its execute bit is a message that was still
 * coming in: its sender was never told 250 and sends it again. It is not mail
 * and is left where it is.
 */
import type { VerbHost } from '../host.ts';
import { spool } from './paths.ts';
import { arrivalOf, queueIdPattern } from './queue-id.ts';

export const messageQueues = ['incoming', 'active', 'deferred', 'hold'] as const;
const logQueues = ['bounce', 'defer', 'trace'] as const;

export interface QueueFile {
  /** Under the spool, e.g. `deferred/E/4jYH7q0bhMzK8lH`. */
  readonly path: string;
  readonly id: string;
  readonly queue: string;
  /** A message; else what Postfix noted about one. */
  readonly message: boolean;
  /** Accepted whole; false: it was still coming in. */
  readonly complete: boolean;
  readonly sizeBytes: number;
  /** Unix ms. */
  readonly arrivedAtMs: number;
}

const executable = 0o100;
const directoryType = 0o040000;

export async function listQueue(host: VerbHost): Promise<readonly QueueFile[]> {
  const files: QueueFile[] = [];
  for (const queue of [...messageQueues, ...logQueues]) await listInto(host, queue, queue, 0, files);
  return files;
}

async function listInto(
  host: VerbHost,
  queue: string,
  directory: string,
  depth: number,
  files: QueueFile[],
): Promise<void> {
  for (const name of [...(await host.listDirectory(`${spool}/${directory}`))].sort()) {
    const path = `${directory}/${name}`;
    const stat = await host.stat(`${spool}/${path}`);
    if (stat === null) continue;
    if (stat.directory || (stat.mode & 0o170000) === directoryType) {
      // Hashed by one character, two levels at most.
      if (depth < 2 && /^[0-9A-Za-z]$/.test(name)) await listInto(host, queue, path, depth + 1, files);
      continue;
    }
    if (!queueIdPattern.test(name)) continue;
    const message = (messageQueues as readonly string[]).includes(queue);
    files.push({
      path,
      id: name,
      queue,
      message,
      complete: !message || (stat.mode & executable) !== 0,
      sizeBytes: stat.size,
      arrivedAtMs: arrivalOf(name) ?? stat.mtimeMs,
    });
  }
}

/** Only what `listQueue` finds may be named by a request. */
export const queuePathPattern =
  /^(incoming|active|deferred|hold|bounce|defer|trace)(\/[0-9A-Za-z]){0,2}\/[0-9A-Za-z]{6,40}$/;

/** Where a file of the drained node goes on its peer. */
export function targetOf(path: string): string {
  const [queue = '', ...rest] = path.split('/');
  const id = rest.at(-1) ?? '';
  if (queue === 'hold') return `hold/${id}`;
  if (queue === 'incoming' || queue === 'active' || queue === 'deferred') return `incoming/${id}`;
  return path;
}

/** The files to move: whole messages, each after what Postfix noted about it, oldest first. */
export function movable(files: readonly QueueFile[]): readonly QueueFile[] {
  const messages = files
    .filter((file) => file.message && file.complete)
    .sort((a, b) => a.arrivedAtMs - b.arrivedAtMs || a.path.localeCompare(b.path));
  const ids = new Set(messages.map((file) => file.id));
  const notes = files.filter((file) => !file.message && ids.has(file.id));
  return messages.flatMap((message) => [...notes.filter((note) => note.id === message.id), message]);
}
