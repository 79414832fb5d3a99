import type { Failure, StageName, StageResult } from './stage.ts';

export interface NamedResult extends StageResult {
  readonly stage: StageName;
  readonly ms: number;
}

const messageLines = 14;

/** What one stage came to, in one line (and one more when there is something to know). */
export function stageLine(result: NamedResult): string {
  const mark = result.failed > 0 ? 'FAILED' : result.passed === 0 ? 'skipped' : 'ok';
  const counts = [
    `${result.passed} passed`,
    ...(result.failed > 0 ? [`${result.failed} failed`] : []),
    ...(result.skipped > 0 ? [`${result.skipped} skipped`] : []),
  ];
  const line = `${result.stage.padEnd(9)} ${mark.padEnd(8)} ${counts.join(', ')}  (${seconds(result.ms)})`;
  return result.note === null ? line : `${line}\n${' '.repeat(10)}${result.note}`;
}

/** Every failure with its message, then the one line that counts. */
export function summary(results: readonly NamedResult[]): string {
  const failures = results.flatMap((result) =>
    result.failures.map((failure) => failureText(result.stage, failure)),
  );
  const sum = (count: (result: StageResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const totals = [
    `${sum((result) => result.passed)} passed`,
    `${sum((result) => result.failed)} failed`,
    `${sum((result) => result.skipped)} skipped`,
  ];
  return [...failures, totals.join(', ')].join('\n');
}

export function exitCode(results: readonly NamedResult[]): number {
  return results.some((result) => result.failed > 0) ? 1 : 0;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function failureText(stage: StageName, failure: Failure): string {
  const lines = failure.message.trimEnd().split('\n');
  const shown = lines.slice(0, messageLines);
  if (lines.length > messageLines) shown.push(`... ${lines.length - messageLines} more lines`);
  return [`${stage}: ${failure.name}`, ...shown.map((line) => `    ${line}`), ''].join('\n');
}
