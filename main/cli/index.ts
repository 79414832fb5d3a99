#!/usr/bin/env -S npx tsx
/** Mailyard without a window: for scripts, CI and cron, over the same services. */
import { OpsError } from '../../common/model/ops-error.ts';
import { plainText } from '../../common/protocol/plain-text.ts';
import { createServices } from '../create-services.ts';
import { type CommandLine, readCommandLine, usage } from './command-line.ts';
import { exitCodeOfError, UsageError } from './exit-codes.ts';
import { runCommand } from './run-command.ts';

async function main(argv: readonly string[]): Promise<number> {
  let line: CommandLine;
  try {
    line = readCommandLine(argv, process.env);
  } catch (thrown) {
    process.stderr.write(`${(thrown as Error).message}\n\n${usage}`);
    return exitCodeOfError(thrown);
  }
  if (line.command.name === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const services = await createServices();
  try {
    if (line.fleetFile === null)
      throw new UsageError('Which fleet? Give --fleet FILE, or set MAILYARD_FLEET.');
    await services.handle('fleet.open', { path: line.fleetFile });
    const { fleet } = services;
    if (!fleet) throw new OpsError('internal', 'The fleet was closed.');
    return await runCommand(line.command, {
      fleet,
      json: line.json,
      say: (text) => process.stderr.write(`${safe(text)}\n`),
      result: (text, value) =>
        process.stdout.write(line.json ? `${JSON.stringify(value, null, 2)}\n` : safe(text)),
    });
  } catch (thrown) {
    const error = OpsError.from(thrown);
    const code = exitCodeOfError(thrown);
    if (line.json)
      process.stdout.write(
        `${JSON.stringify({ ok: false, problem: error.problem, message: error.message })}\n`,
      );
    process.stderr.write(`${safe(error.message)}\n`);
    if (error.problem === 'internal' && !(thrown instanceof OpsError) && !(thrown instanceof UsageError)) {
      process.stderr.write(`${(thrown as Error).stack ?? ''}\n`);
    }
    return code;
  } finally {
    await services.dispose();
  }
}

/** A name from another machine may carry terminal escapes. */
function safe(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    process.exit(1);
  },
);
