/** The demo's table: what was done, how long it took, and what became of the mail meanwhile. */
import type { Settlement } from '../mail/index.ts';

export interface JobResult {
  readonly job: string;
  readonly seconds: number;
  /** null where there is no mail: the simulated fleet. */
  readonly mail: Settlement | null;
  /** null: done; else why not. */
  readonly failure: string | null;
}

export function reportTable(results: readonly JobResult[]): string {
  const head = ['job', 'seconds', 'accepted', 'delivered', 'lost', 'duplicated', 'slowest'];
  const rows = results.map(({ job, seconds, mail, failure }) => [
    failure === null ? job : `${job} (failed)`,
    seconds.toFixed(1),
    ...(mail
      ? [
          String(mail.accepted),
          String(mail.delivered),
          String(mail.lost.length),
          String(mail.duplicated.length),
          mail.maxMs === null ? '-' : `${(mail.maxMs / 1000).toFixed(1)} s`,
        ]
      : ['-', '-', '-', '-', '-']),
  ]);
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What makes the demo's exit code: a job that failed, or mail that is nowhere. */
export function verdictOf(results: readonly JobResult[]): { readonly ok: boolean; readonly words: string } {
  const lost = results.reduce((sum, { mail }) => sum + (mail?.lost.length ?? 0), 0);
  const failed = results.filter((result) => result.failure !== null);
  if (lost > 0) return { ok: false, words: `${lost} accepted messages are in no mailbox and in no queue.` };
  if (failed.length > 0)
    return { ok: false, words: failed.map((result) => `${result.job}: ${result.failure}`).join('\n') };
  return {
    ok: true,
    words: results.some((result) => result.mail)
      ? 'No message was lost.'
      : 'All jobs were done; the simulated fleet carries no mail.',
  };
}
