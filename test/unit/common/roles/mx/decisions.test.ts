import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mxCrossFindings } from '../../../../../common/roles/mx/cross-findings.ts';
import { type MxSight, mxFindings } from '../../../../../common/roles/mx/findings.ts';
import { mxRole } from '../../../../../common/roles/mx/index.ts';
import { complaintAbout } from '../../../../../common/roles/mx/join.ts';
import { judgeCurve } from '../../../../../common/roles/mx/sessions-curve.ts';
import { edgeFacts, pretendFleet, pretendSituation, type Seen } from '../pretend-situation.ts';

const busy = { samples: { postfix_messages_received_total: 30 } };

/** What is seen -> what stands against draining mx2. */
const table: readonly (readonly [string, Record<string, Seen>, readonly string[]])[] = [
  ['all is well', {}, []],
  ['the other is degraded', { mx1: { state: 'degraded' } }, []],
  ['the other is failing', { mx1: { state: 'failing' } }, ['LastNode']],
  ['the other is not connected', { mx1: { live: false } }, ['LastNode']],
  ['the other is drained', { mx1: { state: 'drained', serving: 'drained' } }, ['LastNode']],
  ['the rest cannot carry it', { mx1: busy, mx2: busy }, ['RestTooSmall']],
  ['an edge is not connected', { edge2: { live: false } }, ['EdgeNotLive']],
];

describe('draining mx2', () => {
  it.each(table)('when %s', (_name, seen, codes) => {
    const blockers = mxRole.drain?.blockers(pretendSituation('mx2', 'mx', seen)) ?? [];
    expect(blockers.map((blocker) => blocker.code)).toEqual(codes);
  });

  it('is refused for the only server', () => {
    const [blocker] =
      mxRole.drain?.blockers(pretendSituation('mx2', 'mx', {}, pretendFleet({ mx: ['mx2'] }))) ?? [];
    expect(blocker?.code).toBe('LastNode');
    expect(blocker?.message).toContain('only server');
  });

  it('says how much the rest can carry and what comes in', () => {
    const [blocker] = mxRole.drain?.blockers(pretendSituation('mx2', 'mx', { mx1: busy, mx2: busy })) ?? [];
    expect(blocker?.message).toContain('mx1 can carry 40 messages a second; mx takes 60 now');
    expect(blocker?.overridable).toBe(true);
  });

  it('does not wait for an edge in maintenance', () => {
    const fleet = pretendFleet({ maintenance: ['edge2'] });
    const situation = pretendSituation('mx2', 'mx', { edge2: { live: false } }, fleet);
    expect(mxRole.drain?.blockers(situation)).toEqual([]);
    expect(mxRole.drain?.drainSteps(situation).some((step) => step.nodeId === 'edge2')).toBe(false);
  });

  it('ends sessions before maintenance, maintenance before stopping, stopping before moving the queue', () => {
    const ids = mxRole.drain?.drainSteps(pretendSituation('mx2', 'mx')).map((step) => step.id);
    expect(ids).toEqual([
      'intent-draining',
      'choose-peer',
      'drain-on-edge1',
      'drain-on-edge2',
      'sessions-gone',
      'maint-on-edge1',
      'maint-on-edge2',
      'stop-postfix',
      'move-queue',
      'intent-drained',
    ]);
  });

  it('has the same steps when it is resumed on a half-drained fleet', () => {
    const ids = (seen: Record<string, Seen>): readonly string[] =>
      (mxRole.drain?.drainSteps(pretendSituation('mx2', 'mx', seen)) ?? []).map((step) => step.id);
    expect(ids({ mx2: { state: 'draining', serving: 'draining' }, edge1: { live: false } })).toEqual(ids({}));
  });

  it('comes back by its own test message before the edges send it mail', () => {
    const ids = mxRole.drain?.undrainSteps(pretendSituation('mx2', 'mx')).map((step) => step.id) ?? [];
    expect(ids.indexOf('test-message')).toBeGreaterThan(ids.indexOf('start-postfix'));
    expect(ids.indexOf('test-message')).toBeLessThan(ids.indexOf('ready-on-edge1'));
    expect(ids.at(-1)).toBe('intent-serving');
  });
});

describe('joining', () => {
  it('proves itself in maintenance, then takes 10, 50 and 100 %', () => {
    const ids = mxRole.provision?.joinSteps(pretendSituation('mx2', 'mx')).map((step) => step.id);
    expect(ids?.slice(3)).toEqual([
      'known-to-edge1',
      'known-to-edge2',
      'test-message',
      'ramp-10',
      'ramp-50',
      'ramp-100',
      'intent-serving',
    ]);
  });

  it('needs no edge while a new fleet has none yet', () => {
    const none = { edge1: { live: false }, edge2: { live: false } };
    const ids = mxRole.provision?.joinSteps(pretendSituation('mx2', 'mx', none)).map((step) => step.id);
    expect(ids?.slice(3)).toEqual(['test-message', 'intent-serving']);
  });

  it.each([
    [null, null],
    [{}, null],
    [
      { 'postfix_deliveries_total{status="deferred"}': 2, 'postfix_deliveries_total{status="sent"}': 9 },
      null,
    ],
    [{ 'postfix_deliveries_total{status="deferred"}': 2 }, /defers more/],
    [{ 'postfix_smtpd_rejects_total{code="4xx"}': 3 }, /refuses more/],
    [{ 'postfix_smtpd_rejects_total{code="5xx"}': 30 }, null],
  ])('stops at a new server that fares badly (%#)', (samples, complaint) => {
    const said = complaintAbout(samples as Record<string, number> | null);
    if (complaint === null) expect(said).toBeNull();
    else expect(said).toMatch(complaint);
  });
});

describe('a curve of sessions', () => {
  const curve = (...values: number[]): [number, number][] => values.map((value, at) => [at * 1000, value]);

  it('falling steadily tells when it will end', () => {
    const verdict = judgeCurve(curve(50, 47, 44, 41));
    expect(verdict).toEqual({ stalled: false, fallPerSecond: 3, etaMs: 13_667 });
  });

  it('that stays is stalled after fifteen seconds, and gives no end', () => {
    expect(judgeCurve(curve(...Array<number>(15).fill(4))).stalled).toBe(false);
    expect(judgeCurve(curve(9, ...Array<number>(17).fill(4)))).toMatchObject({ stalled: true, etaMs: null });
  });

  it('that only goes up and down around the same number is stalled too', () => {
    const values = Array.from({ length: 30 }, (_unused, at) => 5 + (at % 3));
    expect(judgeCurve(curve(...values)).stalled).toBe(true);
  });

  it('at zero is over', () => {
    expect(judgeCurve(curve(3, 0))).toEqual({ stalled: false, etaMs: 0, fallPerSecond: 0 });
  });

  it('that falls at all is never called stalled while it falls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 60 }), (falls) => {
        let left = 400;
        const points = falls.map((fall, at): [number, number] => {
          left -= fall;
          return [at * 1000, left];
        });
        expect(judgeCurve(points).stalled).toBe(false);
      }),
    );
  });
});

describe('what an mx complains about', () => {
  const running = ['postfix', 'rspamd', 'valkey-server'].map((name) => ({
    unit: `${name}.service`,
    state: 'running' as const,
    sinceMs: 0,
    detail: '',
  }));
  const well: MxSight = {
    serving: 'serving',
    services: running,
    queue: [],
    totalBefore: null,
    rspamdAnswers: true,
    lastMilterFailureMs: null,
    nowMs: 10_000_000,
  };
  const message = (arrivedAtMs: number, queue = 'deferred') => ({
    queue,
    id: 'ABCDEF',
    arrivedAtMs,
    sizeBytes: 1,
    recipients: 1,
  });
  const without = (unit: string) =>
    running.map((one) => (one.unit === unit ? { ...one, state: 'stopped' as const } : one));

  it.each<readonly [string, Partial<MxSight>, readonly string[]]>([
    ['nothing when all is well', {}, []],
    ['nothing of a drained server', { serving: 'drained', queue: null, services: [] }, []],
    ['mail that waits', { queue: [message(10_000_000 - 6 * 60_000)] }, ['QueueOld']],
    ['not of mail that somebody holds', { queue: [message(0, 'hold')] }, ['MailOnHold']],
    [
      'a queue that grows',
      { queue: Array.from({ length: 300 }, () => message(10_000_000)), totalBefore: 100 },
      ['QueueGrowing'],
    ],
    ['a queue that cannot be seen', { queue: null }, ['QueueUnseen']],
    ['rspamd that is stopped', { services: without('rspamd.service'), rspamdAnswers: false }, ['RspamdDown']],
    ['rspamd that hangs', { rspamdAnswers: false }, ['RspamdSilent']],
    ['mail that was taken unscanned', { lastMilterFailureMs: 9_990_000 }, ['MilterFailingOpen']],
    ['Valkey that is stopped', { services: without('valkey-server.service') }, ['ValkeyDown']],
  ])('%s', (_name, changes, codes) => {
    expect(mxFindings({ ...well, ...changes }).map((finding) => finding.code)).toEqual(codes);
  });
});

describe('what only the edges know of an mx', () => {
  const smtp = (status: string) => ({
    backends: [{ name: 'smtp', usable: 1, servers: [{ name: 'mx2', status, check: 'L4TOUT', weight: 100 }] }],
  });

  it('is nothing while all of them send it mail', () => {
    expect(mxCrossFindings(pretendSituation('mx2', 'mx'))).toEqual([]);
  });

  it('is critical when none does although it says that it serves', () => {
    const seen = {
      edge1: { facts: edgeFacts('held', smtp('DOWN')) },
      edge2: { facts: edgeFacts('not-held', smtp('DOWN')) },
    };
    const [finding] = mxCrossFindings(pretendSituation('mx2', 'mx', seen));
    expect(finding).toMatchObject({ code: 'NoEdgeSendsMail', severity: 'critical' });
    expect(finding?.message).toContain('edge1 (DOWN, L4TOUT)');
  });

  it('is a warning when one of them does not', () => {
    const seen = { edge2: { facts: edgeFacts('not-held', smtp('MAINT')) } };
    expect(mxCrossFindings(pretendSituation('mx2', 'mx', seen))[0]?.code).toBe('SomeEdgeSendsNoMail');
  });

  it('is no complaint about a drained one', () => {
    const seen = { mx2: { serving: 'drained' as const }, edge1: { facts: edgeFacts('held', smtp('MAINT')) } };
    expect(mxCrossFindings(pretendSituation('mx2', 'mx', seen))).toEqual([]);
  });
});
