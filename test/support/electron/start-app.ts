import { spawn } from 'node:child_process';
import { buildWhenStale, repositoryRoot } from './build.ts';
import { ensureElectronPackages, withDisplay } from './display.ts';
import { resolveElectron } from './resolve-electron.ts';

export interface StartOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  say(line: string): void;
}

/** Builds what is stale, finds a runtime, and shows the app to a person; resolves with its exit code when it was closed. */
export async function startApp({ args, env, say }: StartOptions): Promise<number> {
  await buildWhenStale(repositoryRoot, say);
  await ensureElectronPackages('Mailyard’s window');
  const runtime = await resolveElectron(say);
  const display = await withDisplay();
  if (display.env['DISPLAY'])
    say(`No display here: Mailyard runs on a virtual one (${display.env['DISPLAY']}).`);
  const child = spawn(runtime.path, [repositoryRoot, ...rootArguments(say), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...display.env, ...env },
  });
  // The terminal's Ctrl+C reaches the app by itself; what is sent to us alone is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  await display.stop();
  return code;
}

function rootArguments(say: StartOptions['say']): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  say('Running as root: Chromium’s sandbox is off (--no-sandbox). Prefer an ordinary user.');
  return ['--no-sandbox'];
}
