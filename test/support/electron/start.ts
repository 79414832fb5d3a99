/**
 * `npm start`: builds what is stale, finds an Electron runtime, starts the app; further arguments reach it.
 */
import { spawn } from 'node:child_process';
import { buildWhenStale, repositoryRoot } from './build.ts';
import { ensureElectronPackages, withDisplay } from './display.ts';
import { resolveElectron } from './resolve-electron.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function start(): Promise<number> {
  await buildWhenStale(repositoryRoot, say);
  await ensureElectronPackages('Mailyard’s window');
  const runtime = await resolveElectron(say);
  const display = await withDisplay();
  if (display.env['DISPLAY'])
    say(`No display here: Mailyard runs on a virtual one (${display.env['DISPLAY']}).`);
  const child = spawn(runtime.path, [repositoryRoot, ...rootArguments(), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...display.env },
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

function rootArguments(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  say('Running as root: Chromium’s sandbox is off (--no-sandbox). Prefer an ordinary user.');
  return ['--no-sandbox'];
}

start().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
