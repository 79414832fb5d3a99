/**
 * The book of every synthetic message: what was said about it by SMTP, and
 * where it was seen by IMAP. What counts as lost or duplicated is decided here
 * and nowhere else, by plain arithmetic on the two.
 *
 *   accepted    the 250 was seen: somebody else is responsible now
 *   delivered   accepted and in the mailbox
 *   inQueue     accepted, not in the mailbox, its queue id is in a queue
 *   lost        accepted, and in neither
 *   duplicated  in the mailbox more than once
 *   unclaimed   in the mailbox although no 250 was seen: the answer got lost, not the message
 */
import type { SmtpOutcome } from './smtp-outcome.ts';

export interface LedgerEntry {
  readonly messageId: string;
  readonly recipient: string;
  readonly createdAtMs: number;
  readonly attempts: number;
  readonly state: 'open' | 'accepted' | 'rejected' | 'given-up';
  readonly acceptedAtMs: number | null;
  readonly queueId: string | null;
  /** Attempts that broke while the answer to the final dot was awaited. */
  readonly unknownAttempts: number;
}

export interface SmtpCounts {
  readonly attempts: number;
  readonly accepted: number;
  /** TCP connections that did not come about. */
  readonly unconnected: number;
  readonly temporary: number;
  readonly permanent: number;
  readonly brokenBeforeData: number;
  /** Broken while the answer to the final dot was awaited. */
  readonly brokenAfterData: number;
  /** Attempts after the first, of any message. */
  readonly retries: number;
  /** Some replies and reasons, for the person who reads a failed test; at most 20. */
  readonly samples: readonly string[];
}

/** One message as a mailbox shows it. */
export interface SeenMessage {
  readonly messageId: string;
  /** When it arrived, as well as is known. Unit: Unix ms. */
  readonly seenAtMs: number;
}

export interface Settlement {
  readonly accepted: number;
  readonly delivered: number;
  readonly inQueue: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly unclaimed: number;
  /** From the 250 to the mailbox. Unit: ms; null without a delivery. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  readonly counts: SmtpCounts;
}

export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  #counts: SmtpCounts = {
    attempts: 0,
    accepted: 0,
    unconnected: 0,
    temporary: 0,
    permanent: 0,
    brokenBeforeData: 0,
    brokenAfterData: 0,
    retries: 0,
    samples: [],
  };

  get entries(): ReadonlyMap<string, LedgerEntry> {
    return this.#entries;
  }

  get counts(): SmtpCounts {
    return this.#counts;
  }

  get recipients(): readonly string[] {
    return [...new Set([...this.#entries.values()].map((entry) => entry.recipient))];
  }

  open(messageId: string, recipient: string, createdAtMs: number): void {
    if (this.#entries.has(messageId)) throw new Error(`message id ${messageId} was used twice`);
    this.#entries.set(messageId, {
      messageId,
      recipient,
      createdAtMs,
      attempts: 0,
      state: 'open',
      acceptedAtMs: null,
      queueId: null,
      unknownAttempts: 0,
    });
  }

  record(messageId: string, outcome: SmtpOutcome): void {
    const entry = this.#entries.get(messageId);
    if (entry === undefined) throw new Error(`message ${messageId} was never opened`);
    if (outcome.kind === 'aborted') return;
    const unknown = outcome.kind === 'broken' && outcome.stage === 'body';
    this.#entries.set(messageId, {
      ...entry,
      attempts: entry.attempts + 1,
      unknownAttempts: entry.unknownAttempts + (unknown ? 1 : 0),
      ...(outcome.kind === 'accepted'
        ? { state: 'accepted', acceptedAtMs: outcome.atMs, queueId: outcome.queueId }
        : {}),
      ...(outcome.kind === 'permanent' ? { state: 'rejected' } : {}),
    });
    this.#counts = counted(this.#counts, outcome, entry.attempts > 0);
  }

  /** The sender was stopped before this one was accepted. */
  giveUp(messageId: string): void {
    const entry = this.#entries.get(messageId);
    if (entry?.state === 'open') this.#entries.set(messageId, { ...entry, state: 'given-up' });
  }

  /** Accepted so far, in order of acceptance. */
  accepted(): readonly LedgerEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.acceptedAtMs !== null)
      .sort((a, b) => (a.acceptedAtMs ?? 0) - (b.acceptedAtMs ?? 0));
  }
}

function counted(counts: SmtpCounts, outcome: SmtpOutcome, retry: boolean): SmtpCounts {
  const plus = (field: keyof SmtpCounts): SmtpCounts => ({
    ...counts,
    attempts: counts.attempts + 1,
    retries: counts.retries + (retry ? 1 : 0),
    [field]: (counts[field] as number) + 1,
    samples:
      outcome.kind === 'accepted' ? counts.samples : [...counts.samples, sentenceOf(outcome)].slice(-20),
  });
  switch (outcome.kind) {
    case 'accepted':
      return plus('accepted');
    case 'unconnected':
      return plus('unconnected');
    case 'temporary':
      return plus('temporary');
    case 'permanent':
      return plus('permanent');
    case 'broken':
      return plus(outcome.stage === 'body' ? 'brokenAfterData' : 'brokenBeforeData');
    case 'aborted':
      return counts;
  }
}

function sentenceOf(outcome: SmtpOutcome): string {
  const at = new Date().toISOString().slice(11, 23);
  if (outcome.kind === 'unconnected') return `${at} connect: ${outcome.reason}`;
  if (outcome.kind === 'broken') return `${at} ${outcome.stage}: ${outcome.reason}`;
  if (outcome.kind === 'temporary' || outcome.kind === 'permanent') {
    return `${at} ${outcome.stage}: ${outcome.code} ${outcome.reply}`;
  }
  return `${at} ${outcome.kind}`;
}

/** Nearest-rank percentile of ascending values; null without values. */
export function percentile(ascending: readonly number[], share: number): number | null {
  if (ascending.length === 0) return null;
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? null;
}

/** The verdict: what SMTP promised against what the mailboxes and queues hold. */
export function judge(
  ledger: Ledger,
  seen: readonly SeenMessage[],
  queueIds: ReadonlySet<string>,
): Settlement {
  const copies = new Map<string, number[]>();
  for (const message of seen) {
    if (!ledger.entries.has(message.messageId)) continue; // another run's
    copies.set(message.messageId, [...(copies.get(message.messageId) ?? []), message.seenAtMs]);
  }
  const accepted = ledger.accepted();
  const delays: number[] = [];
  const lost: string[] = [];
  let delivered = 0;
  let inQueue = 0;
  for (const entry of accepted) {
    const arrivals = copies.get(entry.messageId);
    if (arrivals !== undefined) {
      delivered++;
      delays.push(Math.max(0, Math.min(...arrivals) - (entry.acceptedAtMs ?? 0)));
    } else if (entry.queueId !== null && queueIds.has(entry.queueId)) {
      inQueue++;
    } else {
      lost.push(entry.messageId);
    }
  }
  delays.sort((a, b) => a - b);
  return {
    accepted: accepted.length,
    delivered,
    inQueue,
    lost,
    duplicated: [...copies].filter(([, arrivals]) => arrivals.length > 1).map(([id]) => id),
    unclaimed: [...copies.keys()].filter((id) => ledger.entries.get(id)?.acceptedAtMs === null).length,
    p50Ms: percentile(delays, 0.5),
    p99Ms: percentile(delays, 0.99),
    maxMs: delays.at(-1) ?? null,
    counts: ledger.counts,
  };
}
