/**
 * An invented fleet for looking at the window without any server: seven nodes in four clusters, whose numbers
 * move. What is in it is shaped exactly as main/fleet shapes it; nothing of it proves anything about a node.
 */
import type { LinkStatus } from '../../../../common/model/link.ts';
import type { Problem } from '../../../../common/model/problem.ts';
import type { ServiceReading } from '../../../../common/model/reading.ts';
import type { RunSummary } from '../../../../common/model/run.ts';
import type {
  ActionOffer,
  ClusterView,
  FleetView,
  KeyNumber,
  NodeState,
  NodeView,
} from '../../../../common/model/views.ts';
import type { RoleId } from '../../../../common/roles/role-id.ts';

export type Scenario = 'welcome' | 'calm' | 'trouble' | 'large' | 'empty';

interface Seed {
  readonly id: string;
  readonly cluster: string;
  readonly role: RoleId;
  readonly holds: readonly string[];
}

const seeds: readonly Seed[] = [
  { id: 'edge1', cluster: 'edge', role: 'edge', holds: ['VIP 10.77.0.100'] },
  { id: 'edge2', cluster: 'edge', role: 'edge', holds: [] },
  { id: 'mx1', cluster: 'mx', role: 'mx', holds: [] },
  { id: 'mx2', cluster: 'mx', role: 'mx', holds: [] },
  { id: 'mx3', cluster: 'mx', role: 'mx', holds: [] },
  { id: 'store1a', cluster: 'store1', role: 'store', holds: ['active side of store1'] },
  { id: 'store1b', cluster: 'store1', role: 'store', holds: [] },
];

const wave = (nowMs: number, seed: number, base: number, swing: number): number =>
  base + swing * Math.sin(nowMs / 17_000 + seed) + (swing / 3) * Math.sin(nowMs / 2300 + seed * 7);

export interface FixtureState {
  readonly scenario: Scenario;
  readonly startedAtMs: number;
  /** Nodes whose state a test or a run has set. */
  readonly states: ReadonlyMap<string, { readonly state: NodeState; readonly sinceMs: number }>;
  readonly vipHolder: string;
  readonly extraNodes: readonly string[];
  readonly runs: readonly RunSummary[];
}

export function fleetFixture(state: FixtureState, nowMs: number): FleetView | null {
  switch (state.scenario) {
    case 'welcome':
      return null;
    case 'empty':
      return { ...viewOf([], [], [], nowMs), name: 'mail', sentence: 'This fleet has no server yet.' };
    case 'large':
      return large(nowMs, state);
    case 'calm':
    case 'trouble':
      return small(state, nowMs);
  }
}

function small(state: FixtureState, nowMs: number): FleetView {
  const troubled = state.scenario === 'trouble';
  const all = [
    ...seeds,
    ...state.extraNodes.map((id) => ({ id, cluster: 'mx', role: 'mx' as const, holds: [] })),
  ];
  const nodes = all.map((seed, index) => node(seed, index, state, nowMs, troubled));
  const problems = nodes.flatMap((one) => one.problems);
  const mx = nodes.filter((one) => one.clusterIds.includes('mx'));
  const serving = mx.filter((one) => one.state === 'healthy' || one.state === 'degraded').length;
  const mxWords =
    serving > 2
      ? `mx: redundant, tolerates ${serving - 1} losses`
      : serving === 2
        ? 'mx: redundant, tolerates 1 loss'
        : 'mx: at risk, mx1 is the last one';
  const clusters: ClusterView[] = [
    {
      ...{ id: 'edge', role: 'edge', title: 'Edge' },
      verdict: { level: 'redundant', words: 'edge: redundant, tolerates 1 loss', tolerates: 1 },
      nodes: ['edge1', 'edge2'],
      vip: { address: '10.77.0.100/24', holders: [state.vipHolder], known: true },
      numbers: [
        number('Connections', wave(nowMs, 1, 12.4, 2), 'connections/s', nowMs),
        number('Sessions', Math.round(wave(nowMs, 3, 41, 5)), 'sessions', nowMs),
      ],
      actions: [
        offer(
          'switchover',
          'edge',
          `Move the entrance to ${state.vipHolder === 'edge1' ? 'edge2' : 'edge1'}`,
        ),
        offer('add-server', 'edge', 'Add a server'),
      ],
    },
    {
      ...{ id: 'mx', role: 'mx', title: 'Mail exchangers' },
      verdict: { level: serving > 1 ? 'redundant' : 'at-risk', words: mxWords, tolerates: serving - 1 },
      nodes: mx.map((one) => one.id),
      vip: null,
      numbers: [
        number('Delivered', wave(nowMs, 2, 10.2, 1.4), 'messages/s', nowMs),
        number('Queue', Math.max(0, Math.round(wave(nowMs, 5, 9, 6))), 'messages', nowMs),
        number('Oldest', Math.max(0, wave(nowMs, 6, 1.4, 1.1)), 'seconds', nowMs),
      ],
      actions: [offer('add-server', 'mx', 'Add a server')],
    },
    {
      ...{ id: 'store1', role: 'store', title: 'Store 1' },
      verdict: troubled
        ? { level: 'at-risk', words: 'store1: at risk, replication is behind', tolerates: 0 }
        : { level: 'redundant', words: 'store1: redundant, tolerates 1 loss', tolerates: 1 },
      nodes: ['store1a', 'store1b'],
      vip: null,
      numbers: [
        number('Delivered', wave(nowMs, 4, 10.1, 1.4), 'messages/s', nowMs),
        number('Lag', troubled ? wave(nowMs, 9, 48, 8) : 0, 'seconds', nowMs),
      ],
      actions: [offer('add-server', 'store1', 'Add a server')],
    },
  ];
  return {
    ...viewOf(clusters, nodes, problems, nowMs),
    runs: state.runs,
    sentence: troubled
      ? 'Two things need you: mx2 is suspect, and store1 would lose mail if store1a failed now. Everything else survives any one server.'
      : serving < 3
        ? 'Nothing needs you. mx is carried by two of three while one drains; any one server may still fail.'
        : 'Nothing needs you. Any one server may fail; two mx servers may fail together.',
  };
}

function node(seed: Seed, index: number, state: FixtureState, nowMs: number, troubled: boolean): NodeView {
  const forced = state.states.get(seed.id);
  const suspect = troubled && seed.id === 'mx2';
  const behind = troubled && seed.id === 'store1b';
  const nodeState: NodeState = forced?.state ?? (suspect ? 'suspect' : behind ? 'degraded' : 'healthy');
  const sinceMs =
    forced?.sinceMs ??
    (suspect
      ? state.startedAtMs - 4000
      : behind
        ? state.startedAtMs - 190_000
        : state.startedAtMs - 3 * 3_600_000);
  const heardMs = suspect ? state.startedAtMs - 4000 : nowMs - (200 + ((index * 130) % 400));
  const link: LinkStatus = suspect
    ? {
        state: 'suspect',
        sinceMs,
        reason: '3 heartbeats are missing.',
        problem: null,
        lastHeartbeatMs: heardMs,
        retryAtMs: null,
      }
    : {
        state: 'live',
        sinceMs: state.startedAtMs - 3 * 3_600_000,
        reason: '',
        problem: null,
        lastHeartbeatMs: heardMs,
        retryAtMs: null,
      };
  const problems: Problem[] = [];
  if (suspect)
    problems.push({
      code: 'Suspect',
      severity: 'critical',
      message: 'mx2 has been silent for 3 heartbeats; mx1 and edge1 cannot reach it either.',
      clusterId: 'mx',
      nodeId: 'mx2',
      sinceMs,
    });
  if (behind)
    problems.push({
      code: 'SyncBehind',
      severity: 'warning',
      message:
        'store1b is 48 s behind: 412 changes wait in the log of store1a. A loss of store1a now would lose them.',
      clusterId: 'store1',
      nodeId: 'store1b',
      sinceMs,
    });
  const drained = nodeState === 'drained' || nodeState === 'draining';
  const actions: ActionOffer[] =
    seed.role === 'store'
      ? []
      : [
          drained
            ? offer('undrain', seed.cluster, `Let ${seed.id} serve again`)
            : offer(
                'drain',
                seed.cluster,
                `Drain ${seed.id}`,
                seed.id === 'mx1' && troubled
                  ? 'mx1 is the only mx that is heard: draining it would stop incoming mail. Bring mx2 back first.'
                  : null,
              ),
        ];
  return {
    id: seed.id,
    address: `10.77.0.${10 + index}`,
    failureDomain: index % 2 === 0 ? 'rack-a' : 'rack-b',
    clusterIds: [seed.cluster],
    roles: [seed.role],
    state: nodeState,
    sinceMs,
    sentence: suspect
      ? 'It has been silent for 3 heartbeats, and two of its peers cannot reach it either.'
      : behind
        ? 'It serves, but its copy is 48 s behind and falling back.'
        : drained
          ? 'It takes no new work; 0 sessions, queue empty.'
          : 'All services run and it takes its share of the mail.',
    link,
    agentVersion: '0.1.0',
    services: services(seed.role, state.startedAtMs, nodeState),
    holds: seed.role === 'edge' ? (state.vipHolder === seed.id ? ['VIP 10.77.0.100'] : []) : seed.holds,
    numbers: numbers(seed.role, index, suspect ? heardMs : nowMs, drained),
    problems,
    actions,
    observedAtMs: heardMs,
  };
}

function numbers(role: RoleId, index: number, atMs: number, drained: boolean): readonly KeyNumber[] {
  switch (role) {
    case 'edge':
      return [
        number('Connections', index === 0 ? wave(atMs, 1, 12.4, 2) : 0, 'connections/s', atMs),
        number('Sessions', index === 0 ? 41 : 0, 'sessions', atMs),
      ];
    case 'mx':
      return [
        number('Delivered', drained ? 0 : wave(atMs, index, 3.4, 0.8), 'messages/s', atMs),
        number('Queue', drained ? 0 : Math.max(0, Math.round(wave(atMs, index, 3, 3))), 'messages', atMs),
      ];
    case 'store':
      return [
        number('Delivered', wave(atMs, 4, 10.1, 1.4), 'messages/s', atMs),
        number('Disk', 0.42, 'ratio', atMs),
      ];
  }
}

function services(role: RoleId, sinceMs: number, state: NodeState): readonly ServiceReading[] {
  const units = {
    edge: ['haproxy.service', 'keepalived.service'],
    mx: ['postfix.service', 'rspamd.service', 'valkey-server.service'],
    store: ['cyrus-imapd.service', 'haproxy.service'],
  }[role];
  return units.map((unit) => ({
    unit,
    state: state === 'drained' && unit === 'postfix.service' ? 'stopped' : 'running',
    sinceMs: sinceMs - 2 * 86_400_000,
    detail: '',
  }));
}

function large(nowMs: number, state: FixtureState): FleetView {
  const nodes: NodeView[] = Array.from({ length: 300 }, (_unused, index) => {
    const seed = seeds[index % seeds.length] as Seed;
    const base = node(
      { ...seed, id: `${seed.cluster}${index}`, holds: [] },
      index,
      { ...state, scenario: 'calm' },
      nowMs,
      false,
    );
    const odd: NodeState =
      index === 17 ? 'unreachable' : index === 120 ? 'draining' : index % 97 === 5 ? 'degraded' : 'healthy';
    return { ...base, state: odd, sinceMs: nowMs - 600_000 };
  });
  const clusters = small({ ...state, scenario: 'calm' }, nowMs).clusters.map((cluster) => ({
    ...cluster,
    nodes: nodes.filter((one) => one.clusterIds.includes(cluster.id)).map((one) => one.id),
    vip: null,
  }));
  return { ...viewOf(clusters, nodes, [], nowMs), sentence: 'Nothing needs you. Any one server may fail.' };
}

function viewOf(
  clusters: readonly ClusterView[],
  nodes: readonly NodeView[],
  problems: readonly Problem[],
  nowMs: number,
): FleetView {
  return {
    atMs: nowMs,
    name: 'Webmail East',
    file: '/home/op/fleets/webmail-east.yaml',
    simulated: false,
    fileError: null,
    sentence: '',
    clusters,
    nodes,
    problems,
    runs: [],
    selfSuspect: null,
  };
}

function number(label: string, value: number | null, unit: string, atMs: number): KeyNumber {
  return { label, value, unit, atMs };
}

function offer(
  action: ActionOffer['action'],
  clusterId: string,
  label: string,
  blocker: string | null = null,
): ActionOffer {
  return {
    action,
    clusterId,
    label,
    blocker: blocker === null ? null : { code: 'LastOne', message: blocker, overridable: false },
  };
}
