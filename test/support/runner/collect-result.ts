import type { Failure, StageResult } from './stage.ts';

/*
 * What a finished vitest run came to.
 *
 * Counted as failures: a test that failed; a file that could not be loaded; hooks that failed, whose tests then
 * never ran (vitest's own JSON has neither their count nor their message); and errors outside any test.
 */

export interface RunError {
  readonly message?: string;
  readonly stack?: string;
  readonly diff?: string;
}

/** What is needed of vitest's TestModule. */
export interface FinishedModule {
  readonly relativeModuleId: string;
  readonly children: {
    allTests(): Iterable<{
      readonly fullName: string;
      result(): { readonly state: string; readonly errors?: readonly RunError[] | undefined };
    }>;
    allSuites(): Iterable<{ readonly fullName: string; errors(): readonly RunError[] }>;
  };
  errors(): readonly RunError[];
}

export function collectResult(modules: readonly FinishedModule[], outside: readonly RunError[]): StageResult {
  const failures: Failure[] = [];
  let passed = 0;
  let skipped = 0;
  for (const module of modules) {
    const path = module.relativeModuleId;
    for (const error of module.errors()) failures.push({ name: path, message: describe(error) });
    for (const suite of module.children.allSuites()) {
      for (const error of suite.errors()) {
        failures.push({ name: `${path} > ${suite.fullName}`, message: describe(error) });
      }
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed++;
      else if (result.state === 'failed') {
        const message = result.errors?.[0] ? describe(result.errors[0]) : 'It failed without a message.';
        failures.push({ name: `${path} > ${test.fullName}`, message });
      } else skipped++;
    }
  }
  for (const error of outside) {
    failures.push({ name: 'an error outside any test', message: error.stack ?? describe(error) });
  }
  return { passed, failed: failures.length, skipped, failures, note: null };
}

/** The message, the first place in our own code, and the difference when there is one. */
export function describe(error: RunError): string {
  const place = error.stack
    ?.split('\n')
    .find((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line));
  return [error.message ?? 'no message', place?.trim(), error.diff].filter(Boolean).join('\n');
}
