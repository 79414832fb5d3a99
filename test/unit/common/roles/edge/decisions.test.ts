import { describe, expect, it } from 'vitest';
import { edgeFindings } from '../../../../../common/roles/edge/findings.ts';
import { edgeRole } from '../../../../../common/roles/edge/index.ts';
import { edgeFacts, pretendFleet, pretendSituation, type Seen } from '../pretend-situation.ts';

const noSmtp = {
  name: 'smtp',
  usable: 0,
  servers: [{ name: 'mx1', status: 'DOWN', check: 'L4CON', weight: 100 }],
};

/** What is seen -> the codes of what stands against moving the VIP away from edge1. */
const table: readonly (readonly [string, Record<string, Seen>, readonly string[]])[] = [
  ['all is well', {}, []],
  ['the other edge is not connected', { edge2: { live: false } }, ['NoHealthyPeer']],
  [
    'the other edge is drained',
    { edge2: { serving: 'drained', facts: edgeFacts('not-held') } },
    ['NoHealthyPeer'],
  ],
  [
    'the other HAProxy is silent',
    { edge2: { facts: edgeFacts('not-held', { answers: false }) } },
    ['NoHealthyPeer'],
  ],
  [
    'the other keepalived is in FAULT',
    { edge2: { facts: edgeFacts('not-held', { vrrp: 'FAULT' }) } },
    ['NoHealthyPeer'],
  ],
  [
    'the other edge was told to leave the VIP',
    { edge2: { facts: edgeFacts('not-held', { released: true }) } },
    ['NoHealthyPeer'],
  ],
  [
    'the other edge has no server for mail',
    { edge2: { facts: edgeFacts('not-held', { backends: [noSmtp] }) } },
    ['NoHealthyPeer'],
  ],
  ['both hold the VIP', { edge2: { facts: edgeFacts('held') } }, ['TwoHoldVip']],
  ['nobody holds the VIP', { edge1: { facts: edgeFacts('not-held') } }, ['NobodyHoldsVip']],
  ['the only holder is not seen', { edge1: { live: false } }, ['HolderUnknown']],
];

describe('moving the entrance away from edge1', () => {
  it.each(table)('when %s', (_name, seen, codes) => {
    const situation = pretendSituation('edge1', 'edge', seen);
    expect(edgeRole.switchover?.blockers(situation).map((blocker) => blocker.code)).toEqual(codes);
    expect(edgeRole.drain?.blockers(situation).map((blocker) => blocker.code)).toEqual(codes);
  });

  it('is named after who would take it', () => {
    expect(edgeRole.switchover?.title(pretendSituation('edge1', 'edge'))).toBe('Move the entrance to edge2');
  });

  it('says why when nobody can', () => {
    const [blocker] =
      edgeRole.drain?.blockers(pretendSituation('edge1', 'edge', { edge2: { live: false } })) ?? [];
    expect(blocker?.message).toContain('edge2 is not connected');
    expect(blocker?.overridable).toBe(false);
  });

  it('lets the spare be drained while the other holds the VIP', () => {
    const situation = pretendSituation('edge2', 'edge');
    expect(edgeRole.drain?.blockers(situation)).toEqual([]);
    expect(edgeRole.drain?.blastRadius(situation)[0]).toBe('edge2 does not hold the VIP: nobody notices.');
  });

  it('does not count an edge in maintenance', () => {
    const fleet = pretendFleet({ maintenance: ['edge2'] });
    const blockers = edgeRole.drain?.blockers(pretendSituation('edge1', 'edge', {}, fleet));
    expect(blockers?.map((blocker) => blocker.code)).toEqual(['NoHealthyPeer']);
  });
});

describe('the steps of an edge', () => {
  const ids = (steps: readonly { id: string }[] | undefined): readonly string[] =>
    (steps ?? []).map((step) => step.id);

  it('are the same whoever holds the VIP meanwhile, so that a resumed run finds them', () => {
    const before = pretendSituation('edge1', 'edge');
    const after = pretendSituation('edge1', 'edge', {
      edge1: { facts: edgeFacts('not-held') },
      edge2: { facts: edgeFacts('held') },
    });
    expect(ids(edgeRole.switchover?.steps(after))).toEqual(ids(edgeRole.switchover?.steps(before)));
    expect(ids(edgeRole.drain?.drainSteps(after))).toEqual(ids(edgeRole.drain?.drainSteps(before)));
  });

  it('of a switchover find the holder first and leave it ready at last', () => {
    expect(ids(edgeRole.switchover?.steps(pretendSituation('edge1', 'edge')))).toEqual([
      'find-holder',
      'release-vip',
      'entrance-moved',
      'vip-normal',
    ]);
  });

  it('of joining hold the VIP back until the peers know the new one', () => {
    const steps = ids(edgeRole.provision?.joinSteps(pretendSituation('edge2', 'edge')));
    expect(steps.indexOf('hold-back')).toBeLessThan(steps.indexOf('start-keepalived'));
    expect(steps.indexOf('known-to-peers')).toBeLessThan(steps.indexOf('vip-normal'));
    expect(steps.at(-1)).toBe('intent-serving');
  });
});

describe('what an edge complains about', () => {
  const codes = (facts: Parameters<typeof edgeFindings>[0]): readonly string[] =>
    edgeFindings(facts, 'serving').map((finding) => `${finding.severity} ${finding.code}`);

  it('is nothing when all is well', () => {
    expect(codes(edgeFacts('held'))).toEqual([]);
  });

  it('is a backend without a server', () => {
    expect(codes(edgeFacts('held', { backends: [noSmtp] }))).toEqual(['critical BackendWithoutServer']);
  });

  it('is only a note while others carry the backend', () => {
    const backends = [
      {
        ...noSmtp,
        usable: 1,
        servers: [...noSmtp.servers, { name: 'mx2', status: 'UP', check: 'L7OK', weight: 100 }],
      },
    ];
    expect(codes(edgeFacts('held', { backends }))).toEqual(['info ServerDown:smtp/mx1']);
  });

  it('is not a server that was taken out on purpose', () => {
    const backends = [
      { ...noSmtp, usable: 1, servers: [{ name: 'mx1', status: 'MAINT', check: '', weight: 100 }] },
    ];
    expect(codes(edgeFacts('held', { backends }))).toEqual([]);
  });

  it('is a HAProxy that does not answer', () => {
    expect(codes(edgeFacts('held', { answers: false, backends: [] }))).toEqual(['critical HaproxySilent']);
  });

  it('is a hold that was forgotten', () => {
    expect(codes(edgeFacts('not-held', { released: true, vrrp: 'FAULT' }))).toEqual(['warning VipReleased']);
  });
});
