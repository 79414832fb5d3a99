import type { ClusterView, NodeView } from '../../common/model/views.ts';

export interface NodePart {
  /** 'entrance', 'active', 'standby'; empty where all do the same. */
  readonly word: string;
  readonly standby: boolean;
}

/** Which part a server has in a cluster where one is in front and the others stand by. */
export function nodePart(node: NodeView, cluster: ClusterView): NodePart {
  if (cluster.vip) {
    if (!cluster.vip.known) return { word: '', standby: false };
    const holds = cluster.vip.holders.includes(node.id);
    return { word: holds ? 'entrance' : 'standby', standby: !holds };
  }
  if (cluster.role === 'store') {
    const active = node.holds.some((held) => held.toLowerCase().includes('active'));
    return { word: active ? 'active' : 'replica', standby: !active };
  }
  return { word: '', standby: false };
}
