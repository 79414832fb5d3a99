import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child-run.ts';
import type { StageName, StageResult } from './stage.ts';
import { resultFileVariable } from './vitest-reporter.ts';

const vitest = ['node_modules/vitest/vitest.mjs'] as const;
const reporter = './test/support/runner/vitest-reporter.ts';

/** Runs one vitest project and reads its result; a crash of vitest itself is one failure. */
export async function runVitest(
  root: string,
  project: StageName,
  timeoutMs: number,
  say: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), 'mailyard-result-'));
  const resultFile = join(folder, 'result.json');
  try {
    const { code, output, timedOut } = await runChild(
      process.execPath,
      [
        ...[...vitest, 'run', '--project', project, '--passWithNoTests'],
        ...['--silent=passed-only', '--reporter', reporter],
      ],
      {
        cwd: root,
        timeoutMs,
        env: { [resultFileVariable]: resultFile },
        onLine: say,
      },
    );
    const why = timedOut
      ? `It was ended after ${Math.round(timeoutMs / 60_000)} minutes.`
      : `vitest ended with code ${code ?? 'none (a signal)'} and no test to blame.`;
    const crash = `${why} The end of its output:\n${output.trimEnd().slice(-2000)}`;
    const text = await readFile(resultFile, 'utf8').catch(() => null);
    if (text === null || timedOut) return withFailure(nothing, project, crash);
    const result = JSON.parse(text) as StageResult;
    return code !== 0 && result.failed === 0 ? withFailure(result, project, crash) : result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many tests a project has, without running any. Throws when they cannot be listed. */
export async function countTests(root: string, project: StageName): Promise<number> {
  const { code, output } = await runChild(
    process.execPath,
    [...vitest, 'list', '--project', project, '--passWithNoTests'],
    { cwd: root, timeoutMs: 120_000 },
  );
  if (code !== 0) throw new Error(`The ${project} tests could not be listed:\n${output.trim()}`);
  return output.split('\n').filter((line) => line.includes(' > ')).length;
}

const nothing: StageResult = { passed: 0, failed: 0, skipped: 0, failures: [], note: null };

function withFailure(result: StageResult, project: string, message: string): StageResult {
  const failures = [...result.failures, { name: `the ${project} run`, message }];
  return { ...result, failed: failures.length, failures };
}
