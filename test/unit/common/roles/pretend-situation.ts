/** A small fleet with what is observed of it, for tables of decisions. */
import type { Cluster, Fleet } from '../../../../common/model/fleet.ts';
import type { RoleReading, Serving } from '../../../../common/model/reading.ts';
import type { NodeState, NodeView } from '../../../../common/model/views.ts';
import type { EdgeFacts } from '../../../../common/roles/edge/facts.ts';
import type { Situation } from '../../../../common/roles/role.ts';

export function pretendFleet(
  changes: { maintenance?: readonly string[]; mx?: readonly string[] } = {},
): Fleet {
  const mx = changes.mx ?? ['mx1', 'mx2'];
  const names = ['edge1', 'edge2', ...mx, 'store1', 'store2'];
  const cluster = (id: string, role: Cluster['role'], nodes: readonly string[]): Cluster => ({
    id,
    role,
    nodes,
    vip: role === 'edge' ? '10.0.0.100/24' : null,
    active: role === 'store' ? 'store1' : null,
    messagesPerSecondPerNode: role === 'mx' ? 40 : null,
  });
  return {
    name: 'yard',
    clusters: [
      cluster('edge', 'edge', ['edge1', 'edge2']),
      cluster('mx', 'mx', mx),
      cluster('shard1', 'store', ['store1', 'store2']),
    ],
    nodes: names.map((id, at) => ({
      id,
      address: `10.0.0.${11 + at}`,
      port: 22,
      user: null,
      failureDomain: null,
      jump: null,
      maintenance: changes.maintenance?.includes(id) ? 'new disk' : null,
    })),
    mail: {
      domains: ['yard.test'],
      mailboxes: [{ address: 'ann@yard.test', store: 'shard1' }],
    },
    ssh: { user: null, identityFile: null, knownHostsFile: null },
  };
}

export interface Seen {
  readonly state?: NodeState;
  readonly live?: boolean;
  readonly serving?: Serving;
  readonly facts?: unknown;
  readonly samples?: Record<string, number>;
}

export function edgeFacts(vip: EdgeFacts['vip'], changes: Partial<EdgeFacts> = {}): EdgeFacts {
  return {
    vip,
    vrrp: vip === 'held' ? 'MASTER' : 'BACKUP',
    released: false,
    answers: true,
    backends: [
      {
        name: 'smtp',
        usable: 2,
        servers: [
          { name: 'mx1', status: 'UP', check: 'L7OK', weight: 100 },
          { name: 'mx2', status: 'UP', check: 'L7OK', weight: 100 },
        ],
      },
    ],
    ...changes,
  };
}

/** Every node is live, healthy and serves unless said otherwise; `null` facts mean that nothing is heard. */
export function pretendSituation(
  nodeId: string,
  clusterId: string,
  seen: Readonly<Record<string, Seen>> = {},
  fleet: Fleet = pretendFleet(),
): Situation {
  const cluster = fleet.clusters.find((one) => one.id === clusterId)!;
  const nodes = new Map<string, NodeView>();
  const readings = new Map<string, RoleReading>();
  const samples = new Map<string, { atMs: number; values: Record<string, number> }>();
  for (const { id } of fleet.nodes) {
    const one = { ...usual(id), ...seen[id] };
    const live = one.live ?? true;
    nodes.set(id, {
      id,
      state: live ? (one.state ?? 'healthy') : 'unreachable',
      link: { state: live ? 'live' : 'lost' },
    } as NodeView);
    if (live) {
      readings.set(id, {
        serving: one.serving ?? 'serving',
        services: [],
        findings: [],
        facts: one.facts,
      });
      if (one.samples) samples.set(id, { atMs: 0, values: one.samples });
    }
  }
  return { fleet, cluster, nodeId, nodes, readings, samples, nowMs: 0 };
}

function usual(id: string): Seen {
  if (id === 'edge1') return { facts: edgeFacts('held') };
  if (id === 'edge2') return { facts: edgeFacts('not-held') };
  return { facts: { queueSeen: true, rspamd: '3.12.1' }, samples: { postfix_messages_received_total: 5 } };
}
