/**
 * A lock that a dead holder cannot keep: a file naming its holder by pid and
 * start time. The file appears whole or not at all (written aside, then
 * hard-linked into place).
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from './lab-error.ts';
import { waitFor } from './limits.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

interface Holder extends ProcessIdentity {
  readonly purpose: string;
  readonly sinceMs: number;
}

export interface Lock {
  release(): void;
}

let serial = 0;

/** Takes the lock, or says who has it. */
export function tryLock(path: string, purpose: string): Lock | { readonly heldBy: string } {
  mkdirSync(dirname(path), { recursive: true });
  const me = identify(process.pid);
  if (!me) throw new LabError('/proc cannot be read, so that no lock can be held: mount it.');
  serial += 1;
  const draft = `${path}.${process.pid}.${serial}`;
  writeFileSync(draft, JSON.stringify({ ...me, purpose, sinceMs: Date.now() } satisfies Holder));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        linkSync(draft, path);
        return {
          release: () => {
            if (readHolder(path)?.pid === me.pid) rmSync(path, { force: true });
          },
        };
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
        const holder = readHolder(path);
        if (holder && isAlive(holder)) {
          const seconds = Math.round((Date.now() - holder.sinceMs) / 1000);
          return { heldBy: `\`${holder.purpose}\` (pid ${holder.pid}, for ${seconds} s)` };
        }
        rmSync(path, { force: true }); // its holder died
      }
    }
    return { heldBy: 'a process that came at the same moment' };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes the lock or throws a sentence naming the holder. */
export function takeLock(path: string, purpose: string): Lock {
  const lock = tryLock(path, purpose);
  if ('heldBy' in lock) {
    throw new LabError(`The lab is busy with ${lock.heldBy}. Wait until it is done, then try again.`);
  }
  return lock;
}

/** Takes the lock as soon as its holder lets it go. Unit: ms. */
export async function waitForLock(path: string, purpose: string, limitMs: number): Promise<Lock> {
  let holder = '';
  return waitFor(
    `the lock ${path}`,
    () => {
      const got = tryLock(path, purpose);
      if (!('heldBy' in got)) return got;
      holder = got.heldBy;
      return null;
    },
    { limitMs, everyMs: 25 },
  ).catch((cause: unknown) => {
    throw new LabError(`The lock ${path} is held by ${holder}.`, { cause });
  });
}

/** Runs `work` under the lock, waiting for its holder. Unit: ms. */
export async function withLock<T>(
  path: string,
  purpose: string,
  limitMs: number,
  work: () => T | Promise<T>,
): Promise<T> {
  const lock = await waitForLock(path, purpose, limitMs);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}
