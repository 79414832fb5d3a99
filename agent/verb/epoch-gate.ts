/**
 * The node's side of fencing: of two consoles that both believe to hold the
 * lease, only the later one acts.
 *
 * One lock on the node; under it the highest epoch ever seen is read (a file
 * that is missing keeps the gate closed), a lower one is refused, a higher one
 * is written down durably, and the action itself runs under the same lock: so
 * an old action in flight makes the new epoch wait until it has ended.
 *
 * flock(2) lies on the open file, not on the process: flock(1) locks the
 * descriptor that it inherits, and the lock stays ours until we close it or die.
 */
import { spawnSync } from 'node:child_process';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbCaller, VerbHost } from '../../common/roles/host.ts';

export interface EpochGate {
  /** Throws: OpsError 'lease-held' when a later console has acted here, 'timeout' when another action does not end. */
  pass<T>(host: VerbHost, action: () => Promise<T>): Promise<T>;
}

const lockWaitSeconds = 30;
const lockHeld = 75;

export function createEpochGate(directory = '/var/lib/mailyard'): EpochGate {
  const epochPath = `${directory}/epoch`;
  const lockPath = `${directory}/epoch.lock`;
  return {
    async pass(host, action) {
      const lock = await open(lockPath, 'a+', 0o600);
      try {
        await takeLock(lock, lockPath);
        await admit(host, epochPath);
        await note(lock, host.caller);
        return await action();
      } finally {
        await lock.close();
      }
    },
  };
}

async function takeLock(lock: FileHandle, lockPath: string): Promise<void> {
  const taken = spawnSync('/usr/bin/flock', ['-x', '-w', `${lockWaitSeconds}`, '-E', `${lockHeld}`, '3'], {
    stdio: ['ignore', 'ignore', 'pipe', lock.fd],
    timeout: (lockWaitSeconds + 5) * 1000,
  });
  if (taken.status === 0) return;
  if (taken.status === lockHeld) {
    const who = (await readFile(lockPath, 'utf8').catch(() => '')).trim() || 'something';
    throw new OpsError(
      'timeout',
      `Another action is still running on this node (${who}); waited ${lockWaitSeconds} s. Nothing was done; try again.`,
    );
  }
  throw new OpsError(
    'internal',
    `The node's lock cannot be taken: ${taken.stderr?.toString() ?? taken.error?.message}`,
  );
}

async function admit(host: VerbHost, epochPath: string): Promise<void> {
  const text = await host.readFile(epochPath);
  const seen = text === null ? Number.NaN : Number(text.trim());
  if (!Number.isSafeInteger(seen)) {
    throw new OpsError(
      'lease-held',
      `The gate of this node is closed: ${epochPath} is missing or damaged. Install the agent again.`,
    );
  }
  const { epoch } = host.caller;
  if (epoch < seen) {
    throw new OpsError(
      'lease-held',
      `This request is of epoch ${epoch}, but another console has acted here since (epoch ${seen}). Nothing was done.`,
    );
  }
  if (epoch > seen)
    await host.writeFile(epochPath, `${epoch}\n`, { mode: 0o600, owner: 'root', group: 'root' });
}

/** For the one who waits: who holds the lock. */
async function note(lock: FileHandle, caller: VerbCaller): Promise<void> {
  await lock.truncate(0);
  await lock.writeFile(`${caller.operator}, run ${caller.run}, step ${caller.step}\n`);
}
