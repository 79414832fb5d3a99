import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEpochGate } from '../../../agent/verb/epoch-gate.ts';
import type { VerbHost } from '../../../common/roles/host.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mailyard-gate-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function hostOf(epoch: number): VerbHost {
  return {
    caller: { operator: 'ann', run: 'r', step: 's', epoch },
    readFile: (path: string) => readFile(path, 'utf8').catch(() => null),
    writeFile: (path: string, content: string) => writeFile(path, content),
  } as unknown as VerbHost;
}

const pass = (epoch: number, action = async () => 'done'): Promise<string> =>
  createEpochGate(directory).pass(hostOf(epoch), action);

// flock(1) is on every Linux, and the agent runs on nothing else.
test.runIf(existsSync('/usr/bin/flock'))('a later console shuts out the earlier one for good', async () => {
  await writeFile(join(directory, 'epoch'), '5\n');
  expect(await pass(5)).toBe('done');
  expect(await pass(7)).toBe('done');
  expect(await readFile(join(directory, 'epoch'), 'utf8')).toBe('7\n');
  await expect(pass(6)).rejects.toMatchObject({ problem: 'lease-held' });
  expect(await pass(7)).toBe('done');
});

test.runIf(existsSync('/usr/bin/flock'))(
  'without its file, or with a damaged one, the gate is closed',
  async () => {
    await expect(pass(1)).rejects.toMatchObject({ problem: 'lease-held' });
    await writeFile(join(directory, 'epoch'), 'five\n');
    await expect(pass(9)).rejects.toMatchObject({ problem: 'lease-held' });
  },
);

test.runIf(existsSync('/usr/bin/flock'))(
  'while an action runs the lock is held, and after a failure it is free',
  async () => {
    await writeFile(join(directory, 'epoch'), '1\n');
    const isFree = (): boolean => {
      try {
        execFileSync('flock', ['-n', join(directory, 'epoch.lock'), 'true']);
        return true;
      } catch {
        return false;
      }
    };
    await pass(1, async () => {
      expect(isFree()).toBe(false);
      return 'done';
    });
    expect(isFree()).toBe(true);
    await expect(pass(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isFree()).toBe(true);
  },
);
