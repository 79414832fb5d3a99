import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { repositoryRoot } from '../electron/build.ts';
import { ensureElectronPackages, withDisplay } from '../electron/display.ts';
import { resolveElectron } from '../electron/resolve-electron.ts';
import { isNoise } from './expected-noise.ts';

export interface LaunchOptions {
  /** Opened at the start, as `--fleet=FILE`. */
  readonly fleetFile?: string;
  /** Settings, journal, window: kept by the caller. Without it: a new one, removed at the end. */
  readonly dataFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The folder whose package.json names the built app. */
  readonly appFolder?: string;
  /** Where `screenshot` writes; out/screenshots otherwise. */
  readonly screenshotFolder?: string;
  /** Log lines that this test provokes. */
  readonly expectedLines?: readonly RegExp[];
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly dataFolder: string;
  /** Milliseconds from the start of the process to a page that was loaded. */
  readonly startMs: number;
  /** Writes NAME.png; returns its path. */
  screenshot(name: string): Promise<string>;
  /** Errors and warnings of the page and lines of the main process that nobody expected, so far. */
  unexpectedLines(): readonly string[];
  /** Quits the app; throws when it had to be killed or when it wrote what nobody expected. */
  close(): Promise<void>;
  /** Ends the app as a crash would. */
  kill(): Promise<void>;
}

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const startTimeoutMs = 30_000 * scale;
const quitTimeoutMs = 15_000 * scale;

// Holds the app's 'ready' until Playwright listens. It adds this itself only to a runtime that it chose itself;
// without it a window that is made just then now and then hangs the launch.
const playwrightLoader = join(
  dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')),
  ...['lib', 'server', 'electron', 'loader.js'],
);

let ready: Promise<string> | null = null;

/** The runtime's path, with all that it needs on this machine; found once a process. */
function prepare(): Promise<string> {
  ready ??= ensureElectronPackages('the UI tests').then(async () => (await resolveElectron()).path);
  return ready;
}

/** Starts the built app in a real Electron, on a virtual display where there is none. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const executablePath = await prepare();
  const display = await withDisplay();
  const ownFolder = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'mailyard-ui-')));
  const tidy = async (): Promise<void> => {
    if (ownFolder) await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  const lines: string[] = [];
  const startedAtMs = performance.now();
  const { app, page } = await start(executablePath, lines, display.env, dataFolder, options).catch(
    async (error: unknown) => {
      await tidy();
      throw error;
    },
  );
  const startMs = performance.now() - startedAtMs;
  const unexpectedLines = (): readonly string[] =>
    lines.filter((line) => !isNoise(line, options.expectedLines));

  return {
    app,
    page,
    dataFolder,
    startMs,
    unexpectedLines,
    screenshot: async (name) => {
      const folder = options.screenshotFolder ?? join(repositoryRoot, 'out', 'screenshots');
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close: async () => {
      const quitInTime = await quit(app);
      await tidy();
      const unexpected = unexpectedLines();
      if (!quitInTime)
        throw new Error(`The app did not quit within ${quitTimeoutMs / 1000} s and was killed.`);
      if (unexpected.length > 0) throw new Error(`The app wrote unexpected lines:\n${unexpected.join('\n')}`);
    },
    kill: async () => {
      await killNow(app);
      await tidy();
    },
  };
}

async function start(
  executablePath: string,
  lines: string[],
  displayEnv: Readonly<Record<string, string>>,
  dataFolder: string,
  options: LaunchOptions,
): Promise<{ readonly app: ElectronApplication; readonly page: Page }> {
  const app = await _electron.launch({
    executablePath,
    args: [
      ...['-r', playwrightLoader],
      options.appFolder ?? repositoryRoot,
      // Root has no Chromium sandbox, and containers often none; `sandbox: true` of the page holds regardless.
      '--no-sandbox',
      '--disable-gpu',
      ...(options.fleetFile === undefined ? [] : [`--fleet=${options.fleetFile}`]),
      ...(options.args ?? []),
    ],
    env: {
      ...definedOnly(process.env),
      ...displayEnv,
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      MAILYARD_DATA: dataFolder,
      ...options.env,
    },
    // Playwright would pretend that the system is light; the app's own choice is to be seen.
    colorScheme: null,
    timeout: startTimeoutMs,
  });
  collectLines(app, lines);
  return { app, page: await firstPage(app, lines) };
}

async function firstPage(app: ElectronApplication, lines: readonly string[]): Promise<Page> {
  try {
    const page = await app.firstWindow({ timeout: startTimeoutMs });
    await page.waitForLoadState('load', { timeout: startTimeoutMs });
    return page;
  } catch (error) {
    await killNow(app);
    throw new Error(`The app showed no window.\n${lines.join('\n')}`, { cause: error });
  }
}

function collectLines(app: ElectronApplication, lines: string[]): void {
  let rest = '';
  app.process().stderr?.on('data', (chunk: Buffer) => {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  app.on('window', (page) => {
    page.on('crash', () => lines.push('page error: the page crashed'));
    page.on('pageerror', (error) => lines.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      lines.push(`page ${message.type()}: ${message.text()}`);
    });
  });
}

async function quit(app: ElectronApplication): Promise<boolean> {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return true;
  const limit = new Promise<false>((resolve) => setTimeout(() => resolve(false), quitTimeoutMs).unref());
  const done = app.close().then(
    () => true,
    () => true,
  );
  if (await Promise.race([done, limit])) return true;
  await killNow(app);
  return false;
}

async function killNow(app: ElectronApplication): Promise<void> {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  const defined = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(defined);
}
