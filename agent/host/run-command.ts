import { spawn } from 'node:child_process';
import { OpsError } from '../../common/model/ops-error.ts';
import type { ExecOptions, ExecResult } from '../../common/roles/host.ts';

const maxOutputBytes = 8 * 1024 * 1024;

/** Nothing of the caller's environment reaches a program. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  NEEDRESTART_SUSPEND: '1',
};

/**
 * Runs a program by its argv; there is no shell. At the limit or the signal the
 * whole process group is killed.
 *
 * Throws: OpsError 'timeout', 'command-failed' when it cannot be started; an AbortError when cancelled.
 */
export function runCommand(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const [program, ...rest] = argv;
  if (program === undefined) throw new OpsError('internal', 'A command without words was to be run.');
  const timeoutMs = options.timeoutMs ?? 30_000;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: environment, cwd: '/', detached: true, stdio: 'pipe' });
    const stdout = new Collected(options.onLine);
    const stderr = new Collected(options.onLine);
    let stopped: Error | null = null;
    const stop = (why: Error): void => {
      stopped ??= why;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    };
    const limit = setTimeout(
      () =>
        stop(new OpsError('timeout', `${program} did not end within ${timeoutMs / 1000} s and was killed.`)),
      timeoutMs,
    );
    const onAbort = (): void => stop(options.signal?.reason as Error);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    child.on('error', (error) => {
      settle();
      reject(new OpsError('command-failed', `${program} cannot be started: ${error.message}.`, error));
    });
    child.on('close', (code, signal) => {
      settle();
      if (stopped !== null) reject(stopped);
      else resolve({ code: code ?? (signal === null ? 1 : 128), stdout: stdout.end(), stderr: stderr.end() });
    });
    // A program that does not read its input closes the pipe: that is not our error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    if (options.signal?.aborted === true) onAbort();
  });
}

/** Output as a whole, up to a limit (then its end is kept), and line by line. */
class Collected {
  readonly #onLine: ((line: string) => void) | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #open = '';

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes > maxOutputBytes && this.#chunks.length > 1)
      this.#bytes -= this.#chunks.shift()!.length;
    if (this.#onLine === undefined) return;
    const lines = (this.#open + chunk.toString()).split(/\r?\n|\r/);
    this.#open = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): string {
    if (this.#open !== '') this.#onLine?.(this.#open);
    this.#open = '';
    return Buffer.concat(this.#chunks).toString();
  }
}
