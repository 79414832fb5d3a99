/** The lab's one door to other programs: an argv array in, an exit code and both outputs out. */
import { spawn } from 'node:child_process';
import { LabError } from './lab-error.ts';
import { scaled } from './limits.ts';

export interface CommandResult {
  /** Exit code; 128 + signal number style is not used: null means ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Before scaling. Unit: ms; default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end, in a process group of its own, so that a limit
 * or an abort ends its children too.
 *
 * Throws: LabError when it cannot be started, or the limit is over, or the signal aborts.
 */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new LabError('An empty command cannot be run.');
  const timeoutMs = scaled(options.timeoutMs ?? 60_000);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env ? { env: options.env } : {}),
      ...(options.cwd ? { cwd: options.cwd } : {}),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let failed = false;
    const end = (reason: LabError): void => {
      failed = true;
      settle();
      if (child.pid !== undefined) killGroup(child.pid);
      child.unref();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      reject(reason); // not when it has ended: a process in a frozen node ends only when that is thawed
    };
    const timer = setTimeout(
      () =>
        end(
          new LabError(`\`${argv.join(' ')}\` was still running after ${timeoutMs / 1000} s and was ended.`),
        ),
      timeoutMs,
    );
    const onAbort = (): void => end(new LabError(`\`${argv.join(' ')}\` was called off.`));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {}); // a program that ends without reading its input is no error of ours
    child.stdin.end(options.stdin ?? '');
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (cause) => {
      settle();
      reject(new LabError(`\`${program}\` cannot be started: ${cause.message}.`, { cause }));
    });
    child.on('close', (code) => {
      settle();
      if (!failed)
        resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    if (options.signal?.aborted) onAbort();
  });
}

/** As runCommand, but anything but exit code 0 throws. Returns standard output. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n');
  throw new LabError(`\`${argv.join(' ')}\` failed with code ${result.code}:\n${said}`);
}

/**
 * In front of an argv: the program and all it starts, daemons too, end with
 * this process, even when that is killed.
 */
export const untilWeEnd: readonly string[] = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...[
    'unshare',
    '--mount',
    '--uts',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'private',
    '--',
  ],
];

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
