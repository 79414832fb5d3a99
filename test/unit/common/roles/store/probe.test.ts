import { describe, expect, it } from 'vitest';
import type { ProbeHost, UnitStatus } from '../../../../../common/roles/host.ts';
import { storeFactsOf } from '../../../../../common/roles/store/facts.ts';
import { storeRole } from '../../../../../common/roles/store/index.ts';
import { storeMetrics } from '../../../../../common/roles/store/metrics.ts';
import { storeProbe } from '../../../../../common/roles/store/probe.ts';
import { fixture } from './fixture.ts';

/** A node as the daemon would see it, made of captured output; time is set by hand. */
function node() {
  const files = new Map<string, string>([
    ['/etc/mailyard/store.json', '{"node":"store1","cluster":"store","side":"active","peer":"store2"}'],
    ['/run/mailyard-store/report.txt', fixture('promstat-report.txt')],
  ]);
  const state = {
    nowMs: 1_000_000,
    link: 'haproxy-peer-up.csv' as string | null,
    lines: [] as readonly string[],
    asked: 0,
    cyrus: 'active',
    backlog: { bytes: 0, entries: 0, waitingSinceMs: null as number | null, stopped: false },
    backlogAgeMs: 0,
    files,
  };
  const unit = (activeState: string): UnitStatus => ({ activeState, subState: '', sinceMs: 1 });
  const host: ProbeHost = {
    nowMs: () => state.nowMs,
    readFile: async (path) =>
      path === '/run/mailyard-store/backlog.json'
        ? JSON.stringify({ atMs: state.nowMs - state.backlogAgeMs, ...state.backlog })
        : (files.get(path) ?? null),
    listDirectory: async () => [],
    askSocket: async () => {
      state.asked++;
      if (state.link === null) throw new Error('ECONNREFUSED');
      return fixture(state.link);
    },
    httpGet: async () => ({ status: 404, body: '' }),
    units: async (names) =>
      new Map(names.map((name) => [name, unit(name === 'cyrus-imapd.service' ? state.cyrus : 'active')])),
    addresses: () => [],
    journalSince: async () => {
      const { lines } = state;
      state.lines = [];
      return lines;
    },
  };
  return { host, state };
}

describe('the numbers that matter', () => {
  it('are those of the side that takes mail; the replica only tells what it holds', () => {
    const labels = (samples: Record<string, number>) =>
      storeRole.keyNumbers(samples, 1).map((number) => `${number.label} ${number.value}`);
    const active = {
      cyrus_store_active: 1,
      cyrus_lmtp_received_recipients_total: 9,
      cyrus_sync_waiting_seconds: 0,
    };
    expect(labels(active)).toEqual(['Delivered 9', 'Replica lag 0', 'Replication backlog null']);
    expect(labels({ ...active, cyrus_store_active: 0, cyrus_usage_mailboxes: 5 })).toEqual(['Mailboxes 5']);
  });
});

describe('the probe of a store', () => {
  it('reads a healthy active side', async () => {
    const { host } = node();
    const reading = await storeProbe.read(host);
    expect(reading).toMatchObject({ serving: 'serving', findings: [] });
    expect(storeFactsOf(reading)).toMatchObject({
      side: 'active',
      link: 'up',
      synchronous: 'yes',
      lagging: false,
    });
  });

  it('samples only what is declared, and asks the node once for numbers and reading', async () => {
    const { host, state } = node();
    const samples = await storeProbe.sample(host);
    await storeProbe.read(host);
    const declared = new Set(storeMetrics.map((metric) => metric.name));
    expect(Object.keys(samples).filter((name) => !declared.has(name))).toEqual([]);
    expect(samples).toMatchObject({ cyrus_sync_link_up: 1, cyrus_sync_waiting_seconds: 0 });
    expect(state.asked).toBe(1);
  });

  it('remembers that mail was acknowledged without a copy for half a minute, and the count for good', async () => {
    const { host, state } = node();
    state.lines = fixture('journal-peer-down.txt').split('\n');
    const first = await storeProbe.read(host);
    expect(first.findings.map((finding) => finding.code)).toEqual(['SyncRightnowFailed']);
    expect(storeFactsOf(first)?.synchronous).toBe('no');
    state.nowMs += 6_000;
    const later = await storeProbe.read(host);
    expect(storeFactsOf(later)?.synchronous).toBe('yes');
    expect(later.findings).toHaveLength(1);
    state.nowMs += 30_000;
    expect((await storeProbe.read(host)).findings).toEqual([]);
    const samples = await storeProbe.sample(host);
    expect(samples['cyrus_sync_rightnow_failures_total']).toBeGreaterThanOrEqual(20);
  });

  it('says that the replica cannot be reached, and how long the oldest change has been waiting', async () => {
    const { host, state } = node();
    state.link = 'haproxy-peer-down.csv';
    state.backlog = { bytes: 1600, entries: 60, waitingSinceMs: state.nowMs - 23_000, stopped: false };
    const reading = await storeProbe.read(host);
    expect(reading.findings.map((finding) => finding.code)).toEqual(['ReplicaUnreachable']);
    expect(await storeProbe.sample(host)).toMatchObject({
      cyrus_sync_link_up: 0,
      cyrus_sync_backlog_entries: 60,
      cyrus_sync_waiting_seconds: 23,
    });
  });

  it('leaves out what cannot be read, and never says 0 for it', async () => {
    const { host, state } = node();
    state.link = null;
    state.backlogAgeMs = 60_000;
    const samples = await storeProbe.sample(host);
    expect(samples).toEqual({ cyrus_store_active: 1, cyrus_sync_rightnow_failures_total: 0 });
    expect(storeFactsOf(await storeProbe.read(host))).toMatchObject({
      link: 'unknown',
      synchronous: 'unknown',
    });
  });

  it('tells a stopped Cyrus from a drained one by what the operator wants', async () => {
    const { host, state } = node();
    state.cyrus = 'inactive';
    expect((await storeProbe.read(host)).serving).toBe('stopped');
    state.nowMs += 1_000;
    state.files.set(
      '/var/lib/mailyard/intent.json',
      '{"store":{"intent":"drained","reason":"x","operator":"o","run":"r","atMs":1}}',
    );
    expect(await storeProbe.read(host)).toMatchObject({ serving: 'drained', findings: [] });
  });
});
