import { describe, expect, it } from 'vitest';
import type { StoreFacts } from '../../../../../common/roles/store/facts.ts';
import { type StoreSight, storeFindings } from '../../../../../common/roles/store/findings.ts';

const well: StoreFacts = {
  side: 'active',
  node: 'store1',
  peer: 'store2',
  link: 'up',
  synchronous: 'yes',
  lagging: false,
};
const sight = (facts: Partial<StoreFacts>, more: Partial<StoreSight> = {}): StoreSight => ({
  facts: { ...well, ...facts },
  serving: 'serving',
  cyrusRuns: true,
  linkServiceRuns: true,
  syncStopped: false,
  linkCheck: 'L7OK',
  rightnowFailure: null,
  ...more,
});
const codes = (seen: StoreSight): readonly string[] => storeFindings(seen).map((finding) => finding.code);

describe('findings of a store', () => {
  it('are none when all is well', () => {
    expect(codes(sight({}))).toEqual([]);
    expect(codes(sight({ side: 'replica', synchronous: 'unknown' }))).toEqual([]);
  });

  it.each([
    ['the replica is gone', sight({ link: 'down' }, { linkCheck: 'L4CON' }), ['ReplicaUnreachable']],
    ['the replica misses the active side', sight({ side: 'replica', link: 'down' }), ['PeerUnreachable']],
    [
      'mail was acknowledged without a copy',
      sight({}, { rightnowFailure: 'failed to connect' }),
      ['SyncRightnowFailed'],
    ],
    [
      'replication is switched off on purpose',
      sight({ link: 'held' }, { rightnowFailure: 'x' }),
      ['ReplicaHeld'],
    ],
    ['there is one side only', sight({ link: 'none', peer: null }, { rightnowFailure: 'x' }), ['NoReplica']],
    ['the sync log stands still', sight({ lagging: true }), ['ReplicaLags']],
    [
      'the sync log stands still because the peer is gone',
      sight({ link: 'down', lagging: true }),
      ['ReplicaUnreachable'],
    ],
    ['somebody told sync_client to stop', sight({}, { syncStopped: true }), ['SyncStopped']],
    ['HAProxy is down here', sight({ link: 'unknown' }, { linkServiceRuns: false }), ['ReplicaUnreachable']],
    ['Cyrus is down', sight({}, { cyrusRuns: false, serving: 'stopped' }), ['CyrusDown']],
    ['the numbers are stale', sight({}, { syncStopped: null }), ['StatsStale']],
    ['it was never provisioned', sight({ side: 'unknown', link: 'unknown' }), ['StoreNotConfigured']],
    [
      'it is drained, whatever else',
      sight({ side: 'replica', link: 'down' }, { cyrusRuns: false, serving: 'drained' }),
      [],
    ],
  ])('when %s', (_when, seen, expected) => {
    expect(codes(seen)).toEqual(expected);
  });

  it('call a stopped Cyrus critical on either side, and say what it means', () => {
    const [active] = storeFindings(sight({}, { cyrusRuns: false, serving: 'stopped' }));
    const [replica] = storeFindings(sight({ side: 'replica' }, { cyrusRuns: false, serving: 'stopped' }));
    expect(active).toMatchObject({ severity: 'critical' });
    expect(active?.message).toContain('take no mail');
    expect(replica?.message).toContain('without a copy');
  });
});
