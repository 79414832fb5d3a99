import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/*
 * The programs that the runner starts. Each leads a process group of its own, so that what it leaves behind
 * when it is ended (workers, browsers) ends with it, and nothing else does.
 */

export interface ChildResult {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line as it comes; the whole output is returned in either case. */
  readonly onLine?: (line: string) => void;
}

const graceMs = 20_000;
const running = new Set<ChildProcess>();

/** Runs one program to its end, or to its limit. */
export function runChild(
  program: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    running.add(child);
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      if (options.onLine) createInterface(stream).on('line', options.onLine);
    }
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      void endGroup(child);
    }, options.timeoutMs);
    child.once('error', (error) => {
      clearTimeout(limit);
      running.delete(child);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, output: chunks.join(''), timedOut });
    });
  });
}

/** Ends what is running, when the runner itself is told to end. */
export async function endChildren(): Promise<void> {
  await Promise.all([...running].map(endGroup));
}

async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  const gone = new Promise<true>((resolve) => child.once('close', () => resolve(true)));
  const limit = new Promise<false>((resolve) => setTimeout(() => resolve(false), graceMs).unref());
  if (!(await Promise.race([gone, limit]))) signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}
