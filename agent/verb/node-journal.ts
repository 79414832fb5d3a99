/**
 * Who had what done on this node, with what result: one entry in the node's
 * journal an action, with fields to search by:
 *   journalctl SYSLOG_IDENTIFIER=mailyard-verb MAILYARD_RUN=...
 */
import { runCommand } from '../host/run-command.ts';

export interface JournalEntry {
  readonly verb: string;
  readonly operator: string;
  readonly run: string;
  readonly step: string;
  readonly epoch: number;
  readonly mode: string;
  readonly input: string;
  readonly result: string;
  readonly failed: boolean;
}

export async function writeNodeJournal(entry: JournalEntry): Promise<void> {
  const fields = {
    MESSAGE: `${entry.operator} ${entry.mode} ${entry.verb} ${entry.input}: ${entry.result}`,
    PRIORITY: entry.failed ? '4' : '5',
    SYSLOG_IDENTIFIER: 'mailyard-verb',
    MAILYARD_VERB: entry.verb,
    MAILYARD_OPERATOR: entry.operator,
    MAILYARD_RUN: entry.run,
    MAILYARD_STEP: entry.step,
    MAILYARD_EPOCH: `${entry.epoch}`,
  };
  const lines = Object.entries(fields).map(
    ([name, value]) => `${name}=${value.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ')}\n`,
  );
  // Logging must not undo what was done: a journal that is full or gone is not the verb's failure.
  await runCommand(['logger', '--journald'], { stdin: lines.join(''), timeoutMs: 5000 }).catch(
    () => undefined,
  );
}

/** The input as text for the journal, without its secrets. */
export function redactedInput(input: unknown, secretFields: readonly string[]): string {
  if (input === null || typeof input !== 'object') return JSON.stringify(input) ?? '';
  const shown = Object.entries(input).map(([key, value]) => [
    key,
    secretFields.includes(key) ? '[secret]' : value,
  ]);
  return JSON.stringify(Object.fromEntries(shown)).slice(0, 1000);
}
