/** The fleet as it will be with the new server in it: what plans, templates and steps are made from before the file says so. */
import { type Fleet, nodeOf } from '../../../common/model/fleet.ts';
import type { ProvisionParams } from '../runbook.ts';

export function withCandidate(fleet: Fleet, params: ProvisionParams): Fleet {
  const { nodeId, clusterId, address, port, failureDomain } = params;
  const nodes = nodeOf(fleet, nodeId)
    ? fleet.nodes
    : [
        ...fleet.nodes,
        { ...{ id: nodeId, address, port, failureDomain }, user: null, jump: null, maintenance: null },
      ];
  const clusters = fleet.clusters.map((cluster) => {
    if (cluster.id !== clusterId || cluster.nodes.includes(nodeId)) return cluster;
    // The first side of a new store pair is the one that takes mail.
    const active = cluster.role === 'store' ? (cluster.active ?? nodeId) : cluster.active;
    return { ...cluster, active, nodes: [...cluster.nodes, nodeId] };
  });
  return { ...fleet, nodes, clusters };
}
