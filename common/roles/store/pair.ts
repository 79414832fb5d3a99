/** Who is who in a pair, from the fleet file; what the nodes say of themselves is held against it. */
import type { Cluster, NodeId } from '../../model/fleet.ts';

/** The side that takes mail. null: the cluster has no node. */
export function activeOf(cluster: Cluster): NodeId | null {
  return cluster.active ?? cluster.nodes[0] ?? null;
}

/** The other side of a node; null while there is none. */
export function peerOf(cluster: Cluster, nodeId: NodeId): NodeId | null {
  return cluster.nodes.find((id) => id !== nodeId) ?? null;
}

export function replicaOf(cluster: Cluster): NodeId | null {
  const active = activeOf(cluster);
  return active === null ? null : peerOf(cluster, active);
}
