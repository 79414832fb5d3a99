import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { OpsError } from '../../../../common/model/ops-error.ts';
import type { ExecResult, VerbHost } from '../../../../common/roles/host.ts';
import { configRestoreVerb, configVerb } from '../../../../common/verbs/config.ts';
import { MemoryFiles } from '../../../../main/simulated/memory-files.ts';

const cfg = '/etc/haproxy/haproxy.cfg';
const notify = '/etc/keepalived/mailyard-notify';

interface Disk {
  readonly files: MemoryFiles;
  /** argv of the checkers that ran, with what they were shown. */
  readonly checked: string[];
  host(run: string): VerbHost;
}

function disk(check: (staged: string) => number, breaksAt: string | null = null): Disk {
  const files = new MemoryFiles();
  files.write('/etc/passwd', 'root:x:0:0::/:/bin/sh\n');
  files.write('/etc/group', 'root:x:0:\n');
  files.write(cfg, 'the old one\n');
  const checked: string[] = [];
  const exec = async ([program, ...words]: readonly string[]): Promise<ExecResult> => {
    if (program === 'sha256sum') {
      const sums = words.slice(1).flatMap((path) => {
        const content = files.bytes(path);
        return content === null ? [] : [`${createHash('sha256').update(content).digest('hex')}  ${path}\n`];
      });
      return { code: 0, stdout: sums.join(''), stderr: '' };
    }
    if (program !== 'haproxy') return { code: 0, stdout: '', stderr: '' };
    const staged = files.text(words.at(-1) ?? '') ?? '';
    checked.push(staged);
    return { code: check(staged), stdout: '', stderr: `${words.at(-1)}:3: unknown keyword` };
  };
  return {
    files,
    checked,
    host: (run) =>
      ({
        caller: { operator: 'ann', run, step: 's', epoch: 1 },
        output: () => undefined,
        exec,
        readFile: async (path: string) => files.text(path),
        readBytes: async (path: string) => files.bytes(path),
        writeFile: async (path: string, content: string, options: never) => {
          if (path === breaksAt) throw new OpsError('command-failed', 'No space left on device.');
          files.write(path, content, options);
        },
        stat: async (path: string) => files.stat(path),
        remove: async (path: string) => files.remove(path),
        makeDirectory: async (path: string) => files.makeDirectory(path),
      }) as unknown as VerbHost,
  };
}

const input = (content: string) => ({ role: 'edge' as const, files: [{ path: cfg, content }] });

test('a configuration that its program rejects never reaches its place, and the complaint names no staging path', async () => {
  const { files, host } = disk(() => 1);
  await expect(configVerb.apply!(host('r1'), input('broken\n'), { files: [] })).rejects.toThrow(
    /haproxy rejects the new configuration; nothing was changed. It says: \/etc\/haproxy\/haproxy.cfg:3/,
  );
  expect(files.text(cfg)).toBe('the old one\n');
  expect(files.list('/var/lib/mailyard/stage')).toEqual([]);
});

test('what the program accepts is put in place, seen to be the same, and put back by undo', async () => {
  const { files, checked, host } = disk(() => 0);
  expect((await configVerb.observe(host('r1'), input('new\n'))).satisfied).toBe(false);
  await configVerb.apply!(host('r1'), input('new\n'), { files: [] });
  expect(checked).toEqual(['new\n']);
  expect((await configVerb.observe(host('r1'), input('new\n'))).satisfied).toBe(true);
  // A second change in the same run: undo goes back to before the run.
  await configVerb.apply!(host('r1'), input('newer\n'), { files: [] });
  await configRestoreVerb.apply!(host('r1'), { run: 'r1' }, { files: [] });
  expect(files.text(cfg)).toBe('the old one\n');
  expect((await configRestoreVerb.observe(host('r1'), { run: 'r1' })).satisfied).toBe(true);
});

test('a file that was not there before is gone after undo', async () => {
  const { files, host } = disk(() => 0);
  const added = { role: 'edge' as const, files: [{ path: notify, content: '#!/bin/sh\n' }] };
  await configVerb.apply!(host('r2'), added, { files: [] });
  expect((files.stat(notify)?.mode ?? 0) & 0o777).toBe(0o755);
  await configRestoreVerb.apply!(host('r2'), { run: 'r2' }, { files: [] });
  expect(files.text(notify)).toBeNull();
});

test('when the disk is full half-way, what was swapped is put back', async () => {
  const { files, host } = disk(() => 0, notify);
  const both = {
    role: 'edge' as const,
    files: [
      { path: cfg, content: 'new\n' },
      { path: notify, content: 'x' },
    ],
  };
  await expect(configVerb.apply!(host('r3'), both, { files: [] })).rejects.toThrow(
    'the files are as they were',
  );
  expect(files.text(cfg)).toBe('the old one\n');
});

test.each([
  ['/etc/passwd'],
  ['/etc/haproxy/../passwd'],
  ['etc/haproxy/haproxy.cfg'],
  ['/root/.ssh/authorized_keys'],
])('%s is no configuration file of an edge and is refused', async (path) => {
  const { host } = disk(() => 0);
  const parsed = configVerb.input.safeParse({ role: 'edge', files: [{ path, content: 'x' }] });
  if (!parsed.success) return;
  await expect(configVerb.observe(host('r4'), parsed.data)).rejects.toMatchObject({ problem: 'bad-input' });
});
