import { type SpawnOptions, spawn } from 'node:child_process';

/** What a finished command said. `code` is null when a signal ended it. */
export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with every complete line of stdout and stderr, for those who show progress. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs one program to its end and returns what it said; a non-zero exit is a value, not an exception.
 *
 * Throws only when the program cannot be started at all (not installed, not executable).
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const spawnOptions: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] };
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
  if (options.env !== undefined) spawnOptions.env = options.env;
  if (options.timeoutMs !== undefined) spawnOptions.timeout = options.timeoutMs;
  if (options.signal !== undefined) spawnOptions.signal = options.signal;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, spawnOptions);
    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** As {@link runCommand}, but a failure throws a sentence that holds the last lines the program wrote. */
export async function runCommandOrThrow(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await runCommand(program, args, options);
  if (result.code === 0) return result;
  const how = result.code === null ? `was ended by ${result.signal}` : `ended with code ${result.code}`;
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-12).join('\n');
  throw new Error(`${[program, ...args].join(' ')} ${how}${said === '' ? '.' : `:\n${said}`}`);
}

function collect(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): () => string {
  const chunks: string[] = [];
  let rest = '';
  if (stream === null) return () => '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    chunks.push(chunk);
    if (onLine === undefined) return;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '' && onLine !== undefined) onLine(rest);
  });
  return () => chunks.join('');
}
