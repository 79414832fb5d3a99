/**
 * The one error that crosses rooms and processes.
 *
 * `problem` is for code (who reacts how), `message` is for the person: what is
 * known, what is not, what may be tried. Expected outcomes are values, bugs
 * throw plain errors, cancellation is an AbortError and neither of the two.
 */
export const opsProblems = [
  'unreachable',
  'host-key-unknown',
  'host-key-changed',
  'access-denied',
  'timeout',
  'command-failed',
  'version-mismatch',
  'lease-held',
  'bad-input',
  'internal',
] as const;

export type OpsProblem = (typeof opsProblems)[number];

export class OpsError extends Error {
  readonly problem: OpsProblem;

  constructor(problem: OpsProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OpsError';
    this.problem = problem;
  }

  /** Any thrown value as an OpsError; an OpsError stays itself. */
  static from(thrown: unknown, problem: OpsProblem = 'internal'): OpsError {
    if (thrown instanceof OpsError) return thrown;
    return new OpsError(problem, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}
