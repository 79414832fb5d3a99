/** Who holds a cluster's VIP, from what the nodes themselves say of their addresses. */
import type { Cluster, NodeId } from '../../common/model/fleet.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import type { EntranceView } from './cluster-verdict.ts';

interface Heard {
  readonly id: NodeId;
  /** null: not heard now. */
  readonly reading: RoleReading | null;
}

export function entranceOf(cluster: Cluster, members: readonly Heard[]): EntranceView | null {
  if (!cluster.vip) return null;
  return {
    address: cluster.vip.split('/')[0] ?? cluster.vip,
    holders: members.filter((member) => holdsVip(member.reading)).map((member) => member.id),
    known: members.length > 0 && members.every((member) => member.reading !== null),
  };
}

function holdsVip(reading: RoleReading | null): boolean {
  const facts: unknown = reading?.facts;
  return typeof facts === 'object' && facts !== null && 'vip' in facts && facts.vip === 'held';
}
