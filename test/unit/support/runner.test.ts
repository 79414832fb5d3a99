import { describe, expect, it } from 'vitest';
import { collectResult, type FinishedModule, type RunError } from '../../support/runner/collect-result.ts';
import { chooseStages, type StageResult, singleCheck, skippedStage } from '../../support/runner/stage.ts';
import { exitCode, type NamedResult, stageLine, summary } from '../../support/runner/summary.ts';

const noErrors = (): readonly RunError[] => [];

function finished(
  tests: readonly (readonly [name: string, state: string, error?: RunError])[],
  errors: readonly RunError[] = [],
  suiteErrors: readonly RunError[] = [],
): FinishedModule {
  return {
    relativeModuleId: 'a.test.ts',
    errors: errors.length > 0 ? () => errors : noErrors,
    children: {
      allTests: () =>
        tests.map(([fullName, state, error]) => ({
          fullName,
          result: () => ({ state, errors: error === undefined ? [] : [error] }),
        })),
      allSuites: () => [{ fullName: 'a room', errors: () => suiteErrors }],
    },
  };
}

describe('what a vitest run came to', () => {
  it('counts every state, and names the failed test with its message and place', () => {
    const stack =
      'Error: x\n    at check (file:///r/node_modules/c.js:1:1)\n    at /r/a.test.ts:7:3\n    at /r/b.ts:1:1';
    const modules = [
      finished([
        ['passes', 'passed'],
        ['breaks', 'failed', { message: 'expected 1 to be 2', stack, diff: '- 2\n+ 1' }],
        ['rests', 'skipped'],
        ['never began', 'pending'],
      ]),
    ];
    expect(collectResult(modules, [])).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
      failures: [
        {
          name: 'a.test.ts > breaks',
          message: 'expected 1 to be 2\nat /r/a.test.ts:7:3\n- 2\n+ 1',
        },
      ],
      note: null,
    });
  });

  it('counts a file that could not be loaded, a hook that failed and an error outside any test', () => {
    const modules = [
      finished([], [{ message: 'Cannot find ./x.ts' }]),
      finished([['cannot be entered', 'skipped']], [], [{ message: 'no key' }]),
    ];
    const result = collectResult(modules, [{ message: 'late', stack: 'Error: late\n    at later' }]);
    expect(result.failures).toEqual([
      { name: 'a.test.ts', message: 'Cannot find ./x.ts' },
      { name: 'a.test.ts > a room', message: 'no key' },
      { name: 'an error outside any test', message: 'Error: late\n    at later' },
    ]);
    expect(result).toMatchObject({ passed: 0, failed: 3, skipped: 1 });
  });
});

describe('the summary of all stages', () => {
  const named = (stage: NamedResult['stage'], result: StageResult): NamedResult => ({
    ...result,
    stage,
    ms: 1234,
  });
  const unit: StageResult = { passed: 40, failed: 0, skipped: 2, failures: [], note: null };

  it('ends with exactly one line of totals over every stage', () => {
    const results = [
      named('lint', singleCheck('biome', null)),
      named('types', singleCheck('tsc', 'a.ts(1,1): error\nmore')),
      named('unit', unit),
      named('lab', skippedStage(7, 'Not run: only root may.')),
    ];
    const lines = summary(results).split('\n');
    expect(lines.at(-1)).toBe('41 passed, 1 failed, 9 skipped');
    expect(lines.filter((line) => /\d+ passed, \d+ failed, \d+ skipped/.test(line))).toHaveLength(1);
    expect(lines.slice(0, 3)).toEqual(['types: tsc', '    a.ts(1,1): error', '    more']);
    expect(exitCode(results)).toBe(1);
  });

  it('succeeds when nothing failed, skipped or not', () => {
    expect(exitCode([named('unit', unit), named('lab', skippedStage(7, 'why'))])).toBe(0);
  });

  it('cuts long messages and says by how much', () => {
    const long = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
    const text = summary([named('lint', singleCheck('biome', long))]);
    expect(text).toContain('... 86 more lines');
    expect(text.split('\n').length).toBeLessThan(20);
  });

  it('tells in a stage’s line why it was skipped', () => {
    expect(stageLine(named('lab', skippedStage(7, 'Not run: only root may.')))).toBe(
      'lab       skipped  0 passed, 7 skipped  (1.2 s)\n          Not run: only root may.',
    );
  });
});

describe('choosing stages', () => {
  it('runs all of them when none is named', () => {
    expect(chooseStages([])).toEqual(['lint', 'types', 'unit', 'build', 'contract', 'ui', 'lab']);
  });

  it('keeps their order whatever the order they are named in', () => {
    expect(chooseStages(['ui', 'unit'])).toEqual(['unit', 'ui']);
  });

  it('names the stages there are when one does not exist', () => {
    expect(() => chooseStages(['units'])).toThrow(/There is no stage 'units'. The stages are: lint, /);
  });
});
