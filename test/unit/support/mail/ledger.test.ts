import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, Ledger, percentile } from '../../../support/mail/ledger.ts';

const accepted = (atMs: number, queueId: string | null = null) =>
  ({ kind: 'accepted', atMs, queueId, reply: 'Ok' }) as const;

function ledgerWith(...ids: readonly string[]): Ledger {
  const ledger = new Ledger();
  for (const id of ids) ledger.open(id, 'ann@yard.test', 0);
  return ledger;
}

describe('the verdict of the ledger', () => {
  it('calls a message lost that was accepted and is in neither mailbox nor queue', () => {
    const ledger = ledgerWith('<1>', '<2>', '<3>');
    ledger.record('<1>', accepted(1_000, 'Q1'));
    ledger.record('<2>', accepted(1_000, 'Q2'));
    ledger.record('<3>', accepted(1_000, 'Q3'));
    const verdict = judge(ledger, [{ messageId: '<1>', seenAtMs: 1_300 }], new Set(['Q2']));
    expect(verdict).toMatchObject({ accepted: 3, delivered: 1, inQueue: 1, lost: ['<3>'], duplicated: [] });
  });

  it('calls a message duplicated that a mailbox shows twice, and still delivered once', () => {
    const ledger = ledgerWith('<1>');
    ledger.record('<1>', accepted(1_000));
    const copy = { messageId: '<1>', seenAtMs: 2_000 };
    expect(judge(ledger, [copy, copy], new Set())).toMatchObject({
      delivered: 1,
      duplicated: ['<1>'],
      lost: [],
    });
  });

  it('does not hold a message against anybody whose acceptance was never seen', () => {
    const ledger = ledgerWith('<1>', '<2>');
    ledger.record('<1>', { kind: 'broken', stage: 'body', reason: 'gone' });
    ledger.record('<2>', { kind: 'permanent', stage: 'rcpt', code: 550, reply: 'no such user' });
    const verdict = judge(ledger, [{ messageId: '<1>', seenAtMs: 5 }], new Set());
    expect(verdict).toMatchObject({ accepted: 0, delivered: 0, lost: [], unclaimed: 1 });
  });

  it('measures from the 250 to the first sight, and never below zero', () => {
    const ledger = ledgerWith('<1>', '<2>');
    ledger.record('<1>', accepted(1_000));
    ledger.record('<2>', accepted(1_000));
    const verdict = judge(
      ledger,
      [
        { messageId: '<1>', seenAtMs: 900 },
        { messageId: '<2>', seenAtMs: 1_700 },
        { messageId: '<2>', seenAtMs: 1_400 },
      ],
      new Set(),
    );
    expect(verdict).toMatchObject({ p50Ms: 0, maxMs: 400 });
  });

  it('ignores the mail of other runs in the same mailbox', () => {
    const verdict = judge(ledgerWith(), [{ messageId: '<other>', seenAtMs: 1 }], new Set());
    expect(verdict).toMatchObject({ delivered: 0, duplicated: [], unclaimed: 0 });
  });

  it('accounts for every accepted message exactly once, whatever was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ accepted: fc.boolean(), copies: fc.nat(3), queued: fc.boolean() }), {
          maxLength: 40,
        }),
        (cases) => {
          const ids = cases.map((_, index) => `<${index}>`);
          const ledger = ledgerWith(...ids);
          cases.forEach((one, index) => {
            ledger.record(
              ids[index] ?? '',
              one.accepted ? accepted(10, `Q${index}`) : { kind: 'unconnected', reason: 'ECONNREFUSED' },
            );
          });
          const seen = cases.flatMap((one, index) =>
            Array.from({ length: one.copies }, () => ({ messageId: ids[index] ?? '', seenAtMs: 20 })),
          );
          const queues = new Set(cases.flatMap((one, index) => (one.queued ? [`Q${index}`] : [])));
          const verdict = judge(ledger, seen, queues);
          expect(verdict.delivered + verdict.inQueue + verdict.lost.length).toBe(verdict.accepted);
          expect(verdict.duplicated).toHaveLength(cases.filter((one) => one.copies > 1).length);
        },
      ),
    );
  });
});

describe('the counts of the ledger', () => {
  it('tells a session broken before the data from one whose last answer was not seen', () => {
    const ledger = ledgerWith('<1>');
    ledger.record('<1>', { kind: 'unconnected', reason: 'ECONNREFUSED' });
    ledger.record('<1>', { kind: 'broken', stage: 'rcpt', reason: 'closed' });
    ledger.record('<1>', { kind: 'temporary', stage: 'mail', code: 450, reply: 'later' });
    ledger.record('<1>', { kind: 'broken', stage: 'body', reason: 'closed' });
    ledger.record('<1>', accepted(9));
    expect(ledger.counts).toMatchObject({
      attempts: 5,
      accepted: 1,
      unconnected: 1,
      temporary: 1,
      brokenBeforeData: 1,
      brokenAfterData: 1,
      retries: 4,
    });
    expect(ledger.entries.get('<1>')).toMatchObject({ state: 'accepted', unknownAttempts: 1, attempts: 5 });
  });

  it('refuses to use a message id twice', () => {
    expect(() => ledgerWith('<1>', '<1>')).toThrow('used twice');
  });
});

describe('percentile', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.99, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.99, 4],
  ])('of %j at %d is %j', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
