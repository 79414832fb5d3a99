import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ensureDebianPackages } from '../debian-packages.ts';
import { runCommand } from '../run-command.ts';

/** What an Electron runtime links to on Debian and Ubuntu, and a display for it where there is none. */
export const electronPackages = [
  'libgtk-3-0t64|libgtk-3-0',
  'libnss3',
  'libasound2t64|libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0t64|libatk-bridge2.0-0',
  'libdrm2',
] as const;
export const displayPackages = ['xvfb'] as const;

/** Installs what Electron needs here when it may; other systems are taken to have it. */
export async function ensureElectronPackages(purpose: string): Promise<void> {
  if (process.platform !== 'linux') return;
  await ensureDebianPackages([...electronPackages, ...(needsXvfb() ? displayPackages : [])], purpose);
}

export interface Display {
  /** To be laid over the environment of what is to appear on it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

let shared: Promise<Display> | null = null;

/**
 * A display for the life of this process: the one that there is, else an Xvfb of 1600x1000, which is stopped
 * with the process. Asked again, it answers the same one.
 */
export function withDisplay(): Promise<Display> {
  shared ??= needsXvfb()
    ? startXvfb().catch((error: unknown) => {
        shared = null;
        throw error;
      })
    : Promise.resolve({ env: {}, stop: () => Promise.resolve() });
  return shared;
}

function needsXvfb(env: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'];
}

const startTimeoutMs = 20_000;

async function startXvfb(): Promise<Display> {
  // Xvfb chooses a free number itself and writes it to descriptor 3: no lock files to guess at.
  const command = [
    ...(await endingWithUs()),
    ...['Xvfb', '-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'],
  ];
  const child = spawn(command[0] ?? 'Xvfb', command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Out of the terminal's reach: a Ctrl+C must end the app before it ends what the app is drawn on.
    detached: true,
  });
  const killNow = (): void => {
    child.kill();
  };
  process.once('exit', killNow);
  try {
    const number = await displayNumber(child);
    child.unref();
    for (const stream of [child.stderr, child.stdio[3]]) (stream as { unref?: () => void }).unref?.();
    return {
      env: { DISPLAY: `:${number}` },
      stop: async () => {
        process.off('exit', killNow);
        shared = null;
        await stopped(child);
      },
    };
  } catch (error) {
    process.off('exit', killNow);
    killNow();
    throw error;
  }
}

/**
 * A prefix that has the kernel end the program when this process ends, however it ends: test workers are ended
 * by a signal, and then no exit handler runs. Part of util-linux; without it the exit handler has to do.
 */
async function endingWithUs(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'TERM', '--'];
  const works = await runCommand('setpriv', [...prefix.slice(1), 'true']).then(
    ({ code }) => code === 0,
    () => false,
  );
  return works ? prefix : [];
}

function displayNumber(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let number = '';
    const limit = setTimeout(() => {
      reject(new Error(`Xvfb did not name a display within ${startTimeoutMs / 1000} s. ${said}`.trim()));
    }, startTimeoutMs);
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + String(chunk)).slice(-2000);
    });
    (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
      number += String(chunk);
      if (!number.includes('\n')) return;
      clearTimeout(limit);
      resolve(number.trim());
    });
    child.once('error', () => {
      clearTimeout(limit);
      reject(new Error('There is no display and no Xvfb. Install it (Debian: apt-get install xvfb).'));
    });
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`Xvfb ended with code ${code}. ${said}`.trim()));
    });
  });
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}
