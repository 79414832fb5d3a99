import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { collectResult } from './collect-result.ts';
import { seconds } from './summary.ts';

/*
 * Progress in few lines, and the result into the file that MAILYARD_STAGE_RESULT names. A failure is shown at
 * once, with what the test wrote; of the slow projects every test with its time, of the quick ones no more.
 */

export const resultFileVariable = 'MAILYARD_STAGE_RESULT';
const slowProjects: ReadonlySet<string> = new Set(['ui', 'lab']);
const outputEnd = 4000;

export default class RunnerReporter implements Reporter {
  readonly #logs = new Map<string, string>();

  onUserConsoleLog(log: { readonly content: string; readonly taskId?: string }): void {
    const task = log.taskId ?? '';
    this.#logs.set(task, ((this.#logs.get(task) ?? '') + log.content).slice(-outputEnd));
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === 'failed') {
      write(`  FAILED ${place(test)}: ${firstLine(result.errors[0]?.message)}`);
      const log = this.#logs.get(test.id)?.trimEnd();
      if (log) write(log.replaceAll(/^/gm, '         '));
      return;
    }
    if (!slowProjects.has(test.project.name)) return;
    const took = result.state === 'skipped' ? 'skipped' : seconds(test.diagnostic()?.duration ?? 0);
    write(`  ${took.padStart(7)} ${place(test)}`);
  }

  onTestSuiteResult(suite: TestSuite): void {
    for (const error of suite.errors()) write(`  FAILED ${place(suite)}: ${firstLine(error.message)}`);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) {
      write(`  FAILED ${module.relativeModuleId}: ${firstLine(error.message)}`);
    }
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly { readonly message?: string; readonly stack?: string }[],
  ): void {
    for (const error of errors)
      write(`  FAILED outside any test: ${error.stack ?? firstLine(error.message)}`);
    const file = process.env[resultFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(collectResult(modules, errors)));
  }
}

function place(task: TestCase | TestSuite): string {
  return `${task.module.relativeModuleId} > ${task.fullName}`;
}

function firstLine(message: string | undefined): string {
  return (message ?? 'no message').split('\n')[0] ?? '';
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
