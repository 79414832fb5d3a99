import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../../common/model/fleet.ts';
import type { LinkState, LinkStatus } from '../../../../common/model/link.ts';
import type { Finding, RoleReading } from '../../../../common/model/reading.ts';
import type { NodeState } from '../../../../common/model/views.ts';
import type { Role } from '../../../../common/roles/role.ts';
import { judgeCluster } from '../../../../main/fleet/cluster-verdict.ts';
import { diagnoseNode } from '../../../../main/fleet/node-state.ts';
import { ProblemLog, problemsOfNode } from '../../../../main/fleet/problems.ts';

const mx = {
  id: 'mx',
  title: 'MX',
  services: [
    { unit: 'postfix.service', title: 'Postfix', essential: true },
    { unit: 'rspamd.service', title: 'rspamd', essential: false },
  ],
  redundancyLostCodes: ['SyncLost'],
} as unknown as Role;

const entry = {
  id: 'mx1',
  address: '192.0.2.1',
  port: 22,
  user: null,
  failureDomain: null,
  jump: null,
  maintenance: null,
};

function link(state: LinkState, reason = ''): LinkStatus {
  return { state, reason, sinceMs: 0, problem: null, lastHeartbeatMs: null, retryAtMs: null };
}

function reading(change: Partial<RoleReading> = {}): RoleReading {
  return {
    serving: 'serving',
    services: [
      { unit: 'postfix.service', state: 'running', sinceMs: 1, detail: '' },
      { unit: 'rspamd.service', state: 'running', sinceMs: 1, detail: '' },
    ],
    findings: [],
    facts: {},
    ...change,
  };
}

function stateOf(options: {
  link?: LinkStatus;
  seen?: boolean;
  reading?: RoleReading | null;
  maintenance?: string;
  cross?: readonly Finding[];
}): { state: NodeState; sentence: string } {
  return diagnoseNode({
    entry: { ...entry, maintenance: options.maintenance ?? null },
    link: options.link ?? link('live'),
    seen: options.seen ?? true,
    roles: [{ role: mx, reading: options.reading === undefined ? reading() : options.reading }],
    crossFindings: options.cross ?? [],
  });
}

const down = { unit: 'postfix.service', state: 'failed', sinceMs: null, detail: '' } as const;
const limping = { unit: 'rspamd.service', state: 'stopped', sinceMs: null, detail: '' } as const;
const warning: Finding = {
  code: 'QueueOld',
  severity: 'warning',
  message: 'The oldest message waits 9 minutes.',
};
const critical: Finding = { code: 'Full', severity: 'critical', message: 'The disk is full.' };

describe('the state of a node', () => {
  it.each<[string, NodeState, Parameters<typeof stateOf>[0]]>([
    ['serves', 'healthy', {}],
    ['has a warning', 'degraded', { reading: reading({ findings: [warning] }) }],
    ['has a critical finding', 'failing', { reading: reading({ findings: [warning, critical] }) }],
    ['lost an essential service', 'failing', { reading: reading({ services: [down] }) }],
    ['lost a service it can do without', 'degraded', { reading: reading({ services: [limping] }) }],
    ['is being drained', 'draining', { reading: reading({ serving: 'draining', services: [down] }) }],
    [
      'is drained, its services stopped',
      'drained',
      { reading: reading({ serving: 'drained', services: [down] }) },
    ],
    [
      'stopped without having been drained',
      'failing',
      { reading: reading({ serving: 'stopped', services: [down] }) },
    ],
    ['is joining', 'joining', { reading: reading({ serving: 'joining' }) }],
    ['has an agent that knows nothing of its role', 'unknown', { reading: null }],
    ['missed three heartbeats', 'suspect', { link: link('suspect') }],
    ['was lost', 'unreachable', { link: link('lost', 'connection reset') }],
    ['is being reconnected after it was seen', 'unreachable', { link: link('connecting'), seen: true }],
    ['was never seen', 'unknown', { link: link('connecting'), seen: false }],
    ['has another host key', 'unknown', { link: link('refused', 'The host key changed') }],
    ['is in maintenance, whatever else', 'maintenance', { maintenance: 'new disk', link: link('lost') }],
    ['is contradicted by its peers', 'degraded', { cross: [warning] }],
  ])('is told when it %s: %s', (_what, state, options) => {
    expect(stateOf(options).state).toBe(state);
  });

  it('never calls a node dead that cannot be reached', () => {
    expect(stateOf({ link: link('lost', 'connection reset') }).sentence).toBe(
      'This console cannot reach it: connection reset. Whether it serves is not known.',
    );
  });
});

const cluster: Cluster = {
  id: 'mx',
  role: 'mx',
  nodes: ['mx1', 'mx2', 'mx3'],
  vip: null,
  active: null,
  messagesPerSecondPerNode: null,
};

function verdict(
  states: readonly NodeState[],
  change: Partial<Cluster> = {},
  findings: readonly Finding[] = [],
) {
  const members = states.map((state, index) => ({
    id: `mx${index + 1}`,
    state,
    reading: reading({ findings }),
  }));
  return judgeCluster({ ...cluster, ...change }, mx, members, null);
}

describe('the verdict on a cluster', () => {
  it.each<[readonly NodeState[], string]>([
    [['healthy', 'healthy'], 'mx: redundant, tolerates 1 loss'],
    [['healthy', 'healthy', 'degraded'], 'mx: redundant, tolerates 2 losses'],
    [['drained', 'healthy'], 'mx: at risk, mx2 is the last one'],
    [['unreachable', 'healthy'], 'mx: at risk, mx2 is the last one'],
    [['failing', 'failing'], 'mx: failing, no node serves'],
    [['failing', 'unreachable'], 'mx: unknown, mx2 cannot be seen'],
    [['unknown', 'suspect'], 'mx: unknown, mx1 and mx2 cannot be seen'],
    [[], 'mx: has no server yet'],
  ])('of %j is "%s"', (states, words) => {
    expect(verdict(states).words).toBe(words);
  });

  it('is failing when the active side of a store does not serve, however healthy its replica', () => {
    expect(verdict(['failing', 'healthy'], { active: 'mx1' }).words).toBe(
      'mx: failing, its active side mx1 is failing',
    );
    expect(verdict(['suspect', 'healthy'], { active: 'mx1' }).level).toBe('unknown');
  });

  it('has no redundancy left while replication is lost', () => {
    const lost: Finding = { code: 'SyncLost', severity: 'warning', message: 'replication stands.' };
    expect(verdict(['degraded', 'healthy'], {}, [lost]).level).toBe('at-risk');
  });

  it.each([
    [['mx1', 'mx2'], true, 'mx: failing, mx1 and mx2 both hold 192.0.2.9'],
    [[], true, 'mx: failing, no node holds 192.0.2.9'],
    [[], false, 'mx: unknown, who holds 192.0.2.9 cannot be seen'],
  ])('of an entrance held by %j is said', (holders, known, words) => {
    const members = ['mx1', 'mx2'].map((id) => ({ id, state: 'healthy' as const, reading: reading() }));
    expect(judgeCluster(cluster, mx, members, { address: '192.0.2.9', holders, known }).words).toBe(words);
  });
});

describe('problems', () => {
  const find = (state: NodeState, sentence: string, findings: readonly Finding[]) =>
    problemsOfNode(
      entry,
      [cluster],
      link('live'),
      { state, sentence },
      [{ role: mx, reading: reading({ findings }) }],
      [],
      true,
    );

  it('say a finding once, not again as the state it led to', () => {
    expect(find('failing', critical.message, [critical]).map((problem) => problem.code)).toEqual(['Full']);
  });

  it('keep their first time while they last and lose it when they end', () => {
    const log = new ProblemLog();
    const problems = find('degraded', warning.message, [warning]);
    expect(log.since('mx1', problems, 100)[0]?.sinceMs).toBe(100);
    expect(log.since('mx1', problems, 200)[0]?.sinceMs).toBe(100);
    log.since('mx1', [], 300);
    expect(log.since('mx1', problems, 400)[0]?.sinceMs).toBe(400);
  });

  it('put the worst first', () => {
    const log = new ProblemLog();
    const dated = log.since('mx1', find('failing', critical.message, [warning, critical]), 1);
    expect(log.ordered(dated).map((problem) => problem.severity)).toEqual(['critical', 'warning']);
  });
});
