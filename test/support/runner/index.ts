/**
 * `npm test`: everything, in one go, with its own set-up. Goes on after failures, so that one run shows all.
 * `npm test -- unit ui` runs only these stages. The last line is `N passed, N failed, N skipped`.
 */
import { repositoryRoot } from '../electron/build.ts';
import { endChildren } from './child-run.ts';
import { chooseStages, type Stage, type StageResult } from './stage.ts';
import { createStages } from './stages.ts';
import { exitCode, type NamedResult, stageLine, summary } from './summary.ts';

async function runAll(args: readonly string[]): Promise<number> {
  const stages = createStages(repositoryRoot);
  const results: NamedResult[] = [];
  for (const name of chooseStages(args)) {
    process.stdout.write(`${name} ...\n`);
    const startedAtMs = performance.now();
    const result = await runStage(stages[name]);
    const named: NamedResult = { ...result, stage: name, ms: performance.now() - startedAtMs };
    results.push(named);
    process.stdout.write(`${stageLine(named)}\n`);
  }
  process.stdout.write(`\n${summary(results)}\n`);
  return exitCode(results);
}

async function runStage(stage: Stage): Promise<StageResult> {
  try {
    return await stage.run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failures = [{ name: 'could not be run', message }];
    return { passed: 0, failed: 1, skipped: 0, failures, note: null };
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.stdout.write(`\nEnding on ${signal} ...\n`);
    void endChildren().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}

runAll(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
