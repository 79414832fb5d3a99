/**
 * The journal of one run: an append-only file of JSON lines, each fsynced
 * before what it announces is done. It is the only memory that survives the
 * death of the console, so everything that resume and undo need stands here:
 *
 *   started   what was asked, by whom, with which epoch, and the steps of the plan
 *   intent    "I am about to look at step s (and maybe change it)"
 *   observed  what the look said, with the facts that undo needs; before any change
 *   outcome   how the step ended, as observed afterwards
 *   resumed / cancel / ended
 *
 * A step whose last record is `observed … todo` may or may not have been
 * applied: only another observation can tell. A torn last line (the console
 * died in mid-write) is not a record; it is cut off before the next append.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { OpsError } from '../../common/model/ops-error.ts';
import { type JournalRecord, journalRecordSchema } from './journal-record.ts';

export interface JournalWriter {
  /** Returns when the record is on disk. Throws: OpsError 'internal' when it could not be written; then nothing of it remains. */
  append(record: JournalRecord): void;
  close(): void;
}

export interface JournalStore {
  create(runId: string, first: JournalRecord): JournalWriter;
  /** To go on with a run; cuts a torn last line off. */
  reopen(runId: string): JournalWriter;
  /** Throws: OpsError 'bad-input' when there is no such run, 'internal' when the file is damaged. */
  read(runId: string): readonly JournalRecord[];
  /** Newest first. `stamp` changes when the journal does. */
  list(): readonly { readonly runId: string; readonly stamp: string }[];
}

const extension = '.ndjson';
const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** One file a run under `folder`. */
export function fileJournals(folder: string): JournalStore {
  const pathOf = (runId: string): string => {
    if (!runIdPattern.test(runId)) throw new OpsError('bad-input', `“${runId}” is not the name of a run.`);
    return join(folder, runId + extension);
  };
  return {
    create(runId, first) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const writer = openWriter(pathOf(runId), 'ax');
      writer.append(first);
      syncFolder(folder);
      return writer;
    },
    reopen: (runId) => openWriter(pathOf(runId), 'r+'),
    read(runId) {
      const path = pathOf(runId);
      if (!existsSync(path)) {
        throw new OpsError('bad-input', `There is no run ${runId} in this console’s journal.`);
      }
      return parseJournal(readFileSync(path, 'utf8'), runId);
    },
    list() {
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((name) => name.endsWith(extension))
        .map((name) => {
          const stat = statSync(join(folder, name), { throwIfNoEntry: false });
          return { runId: name.slice(0, -extension.length), stamp: `${stat?.size}:${stat?.mtimeMs}` };
        })
        .sort((a, b) => (a.runId < b.runId ? 1 : -1));
    },
  };
}

/**
 * The whole records of a journal's text. What follows the last newline was
 * never finished and is left out.
 *
 * Throws: OpsError 'internal' naming the line when a finished line is no record.
 */
export function parseJournal(text: string, runId: string): readonly JournalRecord[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.slice(0, -1).map((line, index) => {
    try {
      return journalRecordSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new OpsError(
        'internal',
        `The journal of run ${runId} is damaged at line ${index + 1}; the run can be neither resumed nor undone by itself. Look at the nodes that it names.`,
        cause,
      );
    }
  });
}

function openWriter(path: string, flags: 'ax' | 'r+'): JournalWriter {
  const file = openSync(path, flags, 0o600);
  let length = endOfLastLine(file);
  if (length < fstatSync(file).size) {
    ftruncateSync(file, length);
    fsyncSync(file);
  }
  let open = true;
  return {
    append(record) {
      const bytes = Buffer.from(`${JSON.stringify(record)}\n`, 'utf8');
      try {
        let written = 0;
        while (written < bytes.length) {
          written += writeSync(file, bytes, written, bytes.length - written, length + written);
        }
        fsyncSync(file);
        length += bytes.length;
      } catch (cause) {
        ftruncateSync(file, length);
        throw new OpsError(
          'internal',
          `The run’s journal ${path} cannot be written (${(cause as Error).message}); nothing more is done without it. Make room or mend the disk, then resume.`,
          cause,
        );
      }
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

/** Offset behind the last newline, found from the end. */
function endOfLastLine(file: number): number {
  const chunk = Buffer.alloc(4096);
  let end = fstatSync(file).size;
  while (end > 0) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(file, chunk, 0, end - start, start);
    const at = chunk.subarray(0, read).lastIndexOf(0x0a);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** A new file's name is durable only when its folder was fsynced too. */
function syncFolder(folder: string): void {
  for (const path of [folder, dirname(folder)]) {
    const handle = openSync(path, 'r');
    try {
      fsyncSync(handle);
    } catch {
      // Some platforms cannot fsync a folder; the file itself is synced.
    } finally {
      closeSync(handle);
    }
  }
}
