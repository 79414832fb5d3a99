/** The command line as a child process, for tests that have to end it, or to see what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Instance } from './instance.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const entry = fileURLToPath(new URL('./index.ts', import.meta.url));

function argvOf(args: readonly string[]): string[] {
  return [process.execPath, '--import', 'tsx', entry, ...args];
}

/** Runs one verb of the lab of that name to its end. */
export function runLabCli(
  instance: Instance,
  args: readonly string[],
  timeoutMs = 120_000,
): Promise<CommandResult> {
  return runCommand(argvOf(args), { env: { ...process.env, MAILYARD_LAB: instance.name }, timeoutMs });
}

/** Starts one verb and leaves it running; its progress comes on stderr. */
export function startLabCli(instance: Instance, args: readonly string[]): ChildProcess {
  const [program = '', ...rest] = argvOf(args);
  return spawn(program, rest, {
    env: { ...process.env, MAILYARD_LAB: instance.name },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
