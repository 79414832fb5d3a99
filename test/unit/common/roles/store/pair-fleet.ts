import type { Fleet, NodeEntry } from '../../../../../common/model/fleet.ts';
import type { RoleReading } from '../../../../../common/model/reading.ts';
import type { Situation } from '../../../../../common/roles/role.ts';
import type { StoreFacts } from '../../../../../common/roles/store/facts.ts';

const node = (id: string, address: string): NodeEntry => ({
  id,
  address,
  port: 22,
  user: null,
  failureDomain: null,
  jump: null,
  maintenance: null,
});

export const pairFleet: Fleet = {
  name: 'test',
  clusters: [
    {
      id: 'store-a',
      role: 'store',
      nodes: ['store1', 'store2'],
      vip: null,
      active: 'store1',
      messagesPerSecondPerNode: null,
    },
  ],
  nodes: [node('store1', '10.78.0.31'), node('store2', '10.78.0.32')],
  mail: {
    domains: ['yard.test'],
    mailboxes: [
      { address: 'Ann@yard.test', store: 'store-a' },
      { address: 'zoe@yard.test', store: 'store-b' },
    ],
  },
  ssh: { user: null, identityFile: null, knownHostsFile: null },
};

export function reading(
  facts: Partial<StoreFacts>,
  serving: RoleReading['serving'] = 'serving',
): RoleReading {
  return {
    serving,
    services: [],
    findings: [],
    facts: {
      side: 'active',
      node: 'store1',
      peer: 'store2',
      link: 'up',
      synchronous: 'yes',
      lagging: false,
      ...facts,
    },
  };
}

export function situation(nodeId: string, readings: Readonly<Record<string, RoleReading>> = {}): Situation {
  const cluster = pairFleet.clusters[0];
  if (cluster === undefined) throw new Error('the fleet of this test has a cluster');
  return {
    fleet: pairFleet,
    cluster,
    nodeId,
    nodes: new Map(),
    readings: new Map(Object.entries(readings)),
    samples: new Map(),
    nowMs: 0,
  };
}
