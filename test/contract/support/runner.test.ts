import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../support/electron/build.ts';
import { runChild } from '../../support/runner/child-run.ts';
import type { StageResult } from '../../support/runner/stage.ts';
import { countTests, runVitest } from '../../support/runner/vitest-stage.ts';

const tests: Readonly<Record<string, string>> = {
  'good.test.ts': `
    import { expect, it } from 'vitest';
    it('passes', () => { console.log('quiet'); });
    it.skip('rests', () => undefined);
    it('breaks', () => expect('one').toBe('two'));`,
  'late.test.ts': `throw new Error('while loading');`,
  'unloadable.test.ts': `import './not-there.ts';`,
  'hook.test.ts': `
    import { beforeAll, describe, it } from 'vitest';
    describe('a room', () => {
      beforeAll(() => { throw new Error('no key'); });
      it('cannot be entered', () => undefined);
    });`,
};

/** The runner against the real vitest, on a small repository of its own. */
describe('the test runner', () => {
  let root: string;
  let result: StageResult;
  const said: string[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mailyard-runner-'));
    await symlink(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
    await mkdir(join(root, 'test', 'support'), { recursive: true });
    await symlink(join(repositoryRoot, 'test', 'support', 'runner'), join(root, 'test', 'support', 'runner'));
    await writeFile(
      join(root, 'vitest.config.mjs'),
      `export default { test: { projects: [{ test: { name: 'unit', include: ['*.test.ts'] } }] } };`,
    );
    for (const [name, text] of Object.entries(tests)) await writeFile(join(root, name), text);
    result = await runVitest(root, 'unit', 60_000, (line) => said.push(line));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('counts what passed, failed, was skipped and could not even run', () => {
    expect(result.passed).toBe(1);
    const names = result.failures.map((failure) => failure.name).sort();
    expect(names).toEqual([
      'good.test.ts > breaks',
      'hook.test.ts > a room',
      'late.test.ts',
      'unloadable.test.ts',
    ]);
    expect(result).toMatchObject({ passed: 1, failed: 4, skipped: 2 });
  });

  it('passes on why', () => {
    const why = Object.fromEntries(result.failures.map((failure) => [failure.name, failure.message]));
    expect(why['good.test.ts > breaks']).toContain("expected 'one' to be 'two'");
    expect(why['unloadable.test.ts']).toContain('not-there.ts');
    expect(why['hook.test.ts > a room']).toContain('no key');
  });

  it('shows failures as they come, and of what passed nothing', () => {
    expect(said).toContain(
      "  FAILED good.test.ts > breaks: expected 'one' to be 'two' // Object.is equality",
    );
    expect(said.filter((line) => line.startsWith('  FAILED'))).toHaveLength(4);
    expect(said.join('\n')).not.toContain('quiet');
  });

  it('counts the tests of a project without running them', async () => {
    for (const name of ['unloadable.test.ts', 'late.test.ts']) await rm(join(root, name));
    expect(await countTests(root, 'unit')).toBe(3);
  });
});

describe('a program that the runner starts', () => {
  it('is ended at its limit, with what it started itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mailyard-runner-'));
    const pidFile = join(folder, 'pid');
    const grandchild = `require('fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)`;
    const child = `require('child_process').spawn(process.execPath, ['-e', process.argv[1], process.argv[2]],
      { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    const result = await runChild(process.execPath, ['-e', child, grandchild, pidFile], {
      cwd: folder,
      timeoutMs: 2000,
    });
    const pid = Number(await readFile(pidFile, 'utf8'));
    await rm(folder, { recursive: true });
    expect(result).toMatchObject({ code: null, timedOut: true });
    expect(pid).toBeGreaterThan(1);
    // The pipes were closed by both, else runChild would not have resolved; and nothing answers to the id.
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** Ended, but not yet collected by a first process that collects slowly or never (containers). */
function isZombie(pid: number): boolean {
  const stat = readProcStat(pid);
  return stat !== null && /\) Z /.test(stat);
}

function readProcStat(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}
