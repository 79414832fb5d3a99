import { describe, expect, test } from 'vitest';
import type { ActionOffer, FleetView, NodeView } from '../../../common/model/views.ts';
import { actionGate, numberAge, viewStaleReason } from '../../../renderer/stores/freshness.ts';

const now = 1_000_000;
const node = (state: NodeView['link']['state']): NodeView =>
  ({ id: 'mx1', clusterIds: ['mx'], link: { state }, observedAtMs: now - 500 }) as unknown as NodeView;
const view = (change: Partial<FleetView> = {}, nodes: readonly NodeView[] = [node('live')]): FleetView =>
  ({ atMs: now - 200, selfSuspect: null, nodes, ...change }) as FleetView;
const offer = (
  blocker: ActionOffer['blocker'] = null,
  action: ActionOffer['action'] = 'drain',
): ActionOffer => ({
  ...{ action, clusterId: 'mx', label: 'Drain mx1', blocker },
});

describe('no action on stale state', () => {
  test('a fresh view and a live link let it pass', () => {
    expect(actionGate(view(), node('live'), offer(), now)).toBeNull();
  });

  test.each(['idle', 'connecting', 'syncing', 'suspect', 'lost', 'refused'] as const)(
    'a link that is %s stops it, with the reason',
    (state) => {
      const gate = actionGate(view(), node(state), offer(), now);
      expect(gate?.kind).toBe('stale');
      expect(gate?.reason).toContain(`its link is ${state}`);
    },
  );

  test.each([
    [2999, null],
    [3000, null],
    [3001, 'stale'],
    [60_000, 'stale'],
  ] as const)('a view that is %i ms old', (age, kind) => {
    expect(actionGate(view({ atMs: now - age }), node('live'), offer(), now)?.kind ?? null).toBe(kind);
  });

  test('a console that suspects itself offers nothing', () => {
    expect(viewStaleReason(view({ selfSuspect: 'its own loop stalled for 4 s.' }), now)).toContain('stalled');
  });

  test('no view at all offers nothing', () => {
    expect(actionGate(null, node('live'), offer(), now)?.kind).toBe('stale');
  });

  test('a blocker stops it with its own words; one that may be overridden leads to the plan', () => {
    const hard = { code: 'LastOne', message: 'mx1 is the last one.', overridable: false };
    expect(actionGate(view(), node('live'), offer(hard), now)).toEqual({
      reason: 'mx1 is the last one.',
      kind: 'blocked',
    });
    expect(actionGate(view(), node('live'), offer({ ...hard, overridable: true }), now)).toBeNull();
  });

  test('staleness is said before a blocker that may be old as well', () => {
    const hard = { code: 'LastOne', message: 'mx1 is the last one.', overridable: false };
    expect(actionGate(view(), node('suspect'), offer(hard), now)?.kind).toBe('stale');
  });

  test('a cluster’s action needs one of its servers to be heard; adding a server needs none', () => {
    const silent = view({}, [node('lost')]);
    expect(actionGate(silent, null, offer(null, 'switchover'), now)?.kind).toBe('stale');
    expect(actionGate(silent, null, offer(null, 'add-server'), now)).toBeNull();
    expect(actionGate(view(), null, offer(null, 'switchover'), now)).toBeNull();
  });
});

describe('the age of a number', () => {
  test('a number that was never measured has none', () => expect(numberAge(null, now)).toBeNull());
  test('five seconds are still fresh, more are not', () => {
    expect(numberAge(now - 5000, now)).toEqual({ ageMs: 5000, stale: false });
    expect(numberAge(now - 5001, now)).toEqual({ ageMs: 5001, stale: true });
  });
  test('a clock that is a little ahead makes no negative age', () =>
    expect(numberAge(now + 40, now)?.ageMs).toBe(0));
});
