import { describe, expect, it } from 'vitest';
import { drainBlocker } from '../../../../../common/roles/store/drain.ts';
import { storeRole } from '../../../../../common/roles/store/index.ts';
import { reading, situation } from './pair-fleet.ts';

const active = reading({ side: 'active' });
const replica = reading({ side: 'replica' });

describe('draining a store', () => {
  it('is refused for the active side, with the word who can be drained', () => {
    const blocker = drainBlocker(situation('store1', { store1: active, store2: replica }));
    expect(blocker).toMatchObject({ code: 'ActiveSide', overridable: false });
    expect(blocker?.message).toContain('moving it comes with the directory');
    expect(blocker?.message).toContain('store2');
  });

  it('is refused for a node that says it is active, whatever the fleet file says', () => {
    expect(drainBlocker(situation('store2', { store1: active, store2: active }))?.code).toBe('ActiveSide');
  });

  it('is open for the replica of an active side that serves', () => {
    expect(drainBlocker(situation('store2', { store1: active, store2: replica }))).toBeNull();
  });

  it.each(['stopped', 'drained', 'unknown'] as const)(
    'is refused for the last copy: the active side is %s',
    (serving) => {
      const blocker = drainBlocker(situation('store2', { store1: reading({}, serving), store2: replica }));
      expect(blocker).toMatchObject({ code: 'LastCopy', overridable: false });
    },
  );

  it('asks a person when the active side cannot be seen', () => {
    expect(drainBlocker(situation('store2', { store2: replica }))).toMatchObject({
      code: 'ActiveUnseen',
      overridable: true,
    });
  });

  it('tells the active side before Cyrus on the replica is stopped', () => {
    const ids = storeRole.drain?.drainSteps(situation('store2')).map((step) => step.id);
    expect(ids).toEqual(['intent-draining', 'link-maint', 'stop-cyrus-imapd', 'intent-drained']);
  });

  it('calls the replica serving again only when it has caught up', () => {
    const ids = storeRole.drain?.undrainSteps(situation('store2')).map((step) => step.id) ?? [];
    expect(ids.slice(-2)).toEqual(['caught-up', 'intent-serving']);
  });
});

describe('steps of a run', () => {
  it.each(['store1', 'store2'])('have ids of their own when %s joins, and never show a secret', (nodeId) => {
    const steps = storeRole.provision?.joinSteps(situation(nodeId)) ?? [];
    expect(new Set(steps.map((step) => step.id)).size).toBe(steps.length);
    expect(steps.at(-1)?.id).toBe('intent-serving');
  });
});

describe('what a store holds', () => {
  const cluster = situation('store1').cluster;

  it('is the active side, and the only copy when the other side is away', () => {
    expect(storeRole.holds(active, cluster)).toEqual(['active side of store-a']);
    expect(storeRole.holds(reading({ link: 'down' }), cluster)).toHaveLength(2);
    expect(storeRole.holds(replica, cluster)).toEqual([]);
  });
});
