import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbHost } from '../../common/roles/host.ts';
import { lastLines } from '../../common/verbs/last-lines.ts';

/** Runs a program that has to succeed. Throws: OpsError 'command-failed' with what it said last. */
export async function must(host: VerbHost, argv: readonly string[], timeoutMs = 30_000): Promise<string> {
  const done = await host.exec(argv, { timeoutMs });
  if (done.code === 0) return done.stdout;
  throw new OpsError(
    'command-failed',
    `${argv.join(' ')} failed (exit ${done.code}): ${lastLines(done.stderr || done.stdout, 3)}`,
  );
}
