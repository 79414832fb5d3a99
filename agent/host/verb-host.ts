/** The real VerbHost: root on a Debian node, for the seconds of one verb. */
import { randomBytes } from 'node:crypto';
import { type lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileStat, VerbCaller, VerbHost, WriteOptions } from '../../common/roles/host.ts';
import { accountId } from './account-ids.ts';
import { dialogue } from './dialogue.ts';
import { createProbeHost } from './probe-host.ts';
import { runCommand } from './run-command.ts';

export function createVerbHost(
  caller: VerbCaller,
  output: (line: string) => void,
): VerbHost & { dispose(): void } {
  const probe = createProbeHost();
  return {
    ...probe,
    caller,
    output,
    dialogue,
    exec: (argv, options) => runCommand(argv, options),
    readBytes: async (path) => {
      try {
        return await readFile(path);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    writeFile: writeDurably,
    stat: async (path) => {
      try {
        return fileStat(await stat(path));
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    rename: async (from, to) => {
      await rename(from, to);
      await syncDirectory(dirname(to));
    },
    remove: (path) => rm(path, { recursive: true, force: true }),
    makeDirectory: async (path, options) => {
      await mkdir(path, { recursive: true, mode: 0o755 });
      await own(path, options);
    },
  };
}

/**
 * A reader sees the old file or the new one, whole, also after a power cut:
 * written beside it, fsynced, owned, renamed over it, directory fsynced.
 */
async function writeDurably(path: string, content: string | Buffer, options: WriteOptions): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const beside = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.chown(accountId('passwd', options.owner), accountId('group', options.group));
    await file.chmod(options.mode);
    await file.sync();
    await file.close();
    await rename(beside, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

async function own(path: string, options: WriteOptions): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.chown(accountId('passwd', options.owner), accountId('group', options.group));
    await directory.chmod(options.mode);
  } finally {
    await directory.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function fileStat(found: Awaited<ReturnType<typeof lstat>>): FileStat {
  return {
    size: Number(found.size),
    mode: Number(found.mode),
    uid: Number(found.uid),
    gid: Number(found.gid),
    mtimeMs: Number(found.mtimeMs),
    directory: found.isDirectory(),
  };
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
