import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { carriedRuntime, ensureCarriedRuntime } from './carried-runtime.ts';

/** Where a runtime came from: the user named it, Electron's own download, or a package that carries one. */
export type ElectronOrigin = 'named' | 'downloaded' | 'carried';

export interface ElectronRuntime {
  readonly path: string;
  readonly version: string;
  readonly origin: ElectronOrigin;
}

const downloadTimeoutMs = 10 * 60_000;
/** A network that drops packets makes each try slow; having failed, do not try again at every start. */
const retryDownloadAfterMs = 60 * 60_000;

/**
 * The Electron that starts the app here: the one ELECTRON_OVERRIDE_DIST_PATH names, else the `electron`
 * package's own download, else (Linux x64) the carried runtime, which is said in one line.
 *
 * Throws: Error that says how to bring a runtime when none is to be had.
 */
export async function resolveElectron(
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<ElectronRuntime> {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named !== undefined && named !== '') return namedRuntime(named);

  const packageFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const version = await wantedVersion(packageFolder);
  const downloaded =
    (await downloadedRuntime(packageFolder)) ?? (await download(packageFolder, version, say));
  if (downloaded !== null) return { path: downloaded, version, origin: 'downloaded' };

  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${version} could not be downloaded. Set ELECTRON_MIRROR to a mirror of its releases that you ` +
        'can reach, or ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked runtime, and try again.',
    );
  }
  say(
    `Electron ${version} could not be downloaded here; using the ${carriedRuntime.version} runtime carried by ` +
      `${carriedRuntime.packageName}@${carriedRuntime.packageVersion} (for tests and demos only).`,
  );
  const path = await ensureCarriedRuntime(cacheFolder());
  return { path, version: carriedRuntime.version, origin: 'carried' };
}

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mailyard');
}

async function namedRuntime(folder: string): Promise<ElectronRuntime> {
  const path = join(folder, executableName());
  if (!(await exists(path))) {
    throw new Error(
      `ELECTRON_OVERRIDE_DIST_PATH names ${folder}, but there is no ${executableName()} in it.`,
    );
  }
  const version = (await readFile(join(folder, 'version'), 'utf8').catch(() => 'unknown')).trim();
  return { path, version: version.replace(/^v/, ''), origin: 'named' };
}

/** The runtime that the `electron` package has already downloaded, when it is whole and of its version. */
async function downloadedRuntime(packageFolder: string): Promise<string | null> {
  const path = join(packageFolder, 'dist', executableName());
  const version = await readFile(join(packageFolder, 'dist', 'version'), 'utf8').catch(() => null);
  const wanted = await wantedVersion(packageFolder);
  return version?.trim().replace(/^v/, '') === wanted && (await exists(path)) ? path : null;
}

/** Lets the `electron` package download its runtime; null when that is not to be had. */
async function download(
  packageFolder: string,
  version: string,
  say: (line: string) => void,
): Promise<string | null> {
  const failedMark = join(cacheFolder(), `electron-${version}.not-to-be-had`);
  const failedAtMs = await stat(failedMark).then(
    (found) => found.mtimeMs,
    () => 0,
  );
  if (Date.now() - failedAtMs < retryDownloadAfterMs) return null;
  say(`Downloading Electron ${version} ...`);
  await runCommand(process.execPath, [join(packageFolder, 'install.js')], { timeoutMs: downloadTimeoutMs });
  const path = await downloadedRuntime(packageFolder);
  if (path !== null) {
    await rm(failedMark, { force: true });
    return path;
  }
  await mkdir(dirname(failedMark), { recursive: true });
  await writeFile(failedMark, '');
  return null;
}

async function wantedVersion(packageFolder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

function executableName(): string {
  if (process.platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
