/** What came of one stage of `npm test`. */
export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** Why tests were skipped, or what else is to be known. */
  readonly note: string | null;
}

export interface Failure {
  /** The test's full name, or the check's. */
  readonly name: string;
  readonly message: string;
}

export const stageNames = ['lint', 'types', 'unit', 'build', 'contract', 'ui', 'lab'] as const;
export type StageName = (typeof stageNames)[number];

export interface Stage {
  readonly name: StageName;
  /** Never throws for what it tests; what it throws counts as one failure of the stage itself. */
  readonly run: () => Promise<StageResult>;
}

/** The stages asked for on the command line, in their own order; all of them when none is named. */
export function chooseStages(args: readonly string[]): readonly StageName[] {
  const unknown = args.filter((arg) => !(stageNames as readonly string[]).includes(arg));
  if (unknown.length > 0) {
    throw new Error(`There is no stage '${unknown.join("', '")}'. The stages are: ${stageNames.join(', ')}.`);
  }
  return args.length === 0 ? stageNames : stageNames.filter((name) => args.includes(name));
}

/** One check (lint, types, build) as one test. */
export function singleCheck(name: string, message: string | null): StageResult {
  if (message === null) return { passed: 1, failed: 0, skipped: 0, failures: [], note: null };
  return { passed: 0, failed: 1, skipped: 0, failures: [{ name, message }], note: null };
}

export function skippedStage(count: number, why: string): StageResult {
  return { passed: 0, failed: 0, skipped: count, failures: [], note: why };
}
