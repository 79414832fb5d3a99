/**
 * One cluster's verdict in words: what it survives, or why it is at risk.
 *
 * A node counts as serving only when it is seen to serve. A node that we cannot
 * see neither serves nor fails: with too few others the verdict is `unknown`,
 * never `failing` on a guess.
 */
import type { Cluster, NodeId } from '../../common/model/fleet.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import type { NodeState, Verdict } from '../../common/model/views.ts';
import type { Role } from '../../common/roles/role.ts';

export interface ClusterMember {
  readonly id: NodeId;
  readonly state: NodeState;
  readonly reading: RoleReading | null;
}

export interface EntranceView {
  readonly address: string;
  readonly holders: readonly NodeId[];
  /** Every member was heard, so that "nobody holds it" is a fact. */
  readonly known: boolean;
}

export function judgeCluster(
  cluster: Cluster,
  role: Role,
  members: readonly ClusterMember[],
  entrance: EntranceView | null,
): Verdict {
  const id = cluster.id;
  if (members.length === 0) return { level: 'unknown', tolerates: null, words: `${id}: has no server yet` };
  const serving = members.filter((member) => member.state === 'healthy' || member.state === 'degraded');
  const unseen = members.filter((member) => isUnseen(member.state));

  if (entrance) {
    if (entrance.holders.length > 1) {
      return failing(`${id}: failing, ${list(entrance.holders)} both hold ${entrance.address}`);
    }
    if (entrance.holders.length === 0) {
      return entrance.known
        ? failing(`${id}: failing, no node holds ${entrance.address}`)
        : unknown(`${id}: unknown, who holds ${entrance.address} cannot be seen`);
    }
  }
  if (serving.length === 0) {
    return unseen.length > 0
      ? unknown(`${id}: unknown, ${list(unseen.map((member) => member.id))} cannot be seen`)
      : failing(`${id}: failing, no node serves`);
  }
  const active = members.find((member) => member.id === cluster.active);
  if (active && !serving.includes(active)) {
    return isUnseen(active.state)
      ? unknown(`${id}: unknown, its active side ${active.id} cannot be seen`)
      : failing(`${id}: failing, its active side ${active.id} is ${active.state}`);
  }
  const lost = redundancyLost(role, serving);
  if (lost) return { level: 'at-risk', tolerates: 0, words: `${id}: at risk, ${lost}` };
  const [last] = serving;
  if (serving.length === 1 && last) {
    return { level: 'at-risk', tolerates: 0, words: `${id}: at risk, ${last.id} is the last one` };
  }
  const tolerates = serving.length - 1;
  return {
    level: 'redundant',
    tolerates,
    words: `${id}: redundant, tolerates ${tolerates} ${tolerates === 1 ? 'loss' : 'losses'}`,
  };
}

function isUnseen(state: NodeState): boolean {
  return state === 'unknown' || state === 'unreachable' || state === 'suspect';
}

function redundancyLost(role: Role, serving: readonly ClusterMember[]): string | null {
  const codes = new Set(role.redundancyLostCodes ?? []);
  for (const member of serving) {
    const finding = member.reading?.findings.find((one) => codes.has(one.code));
    if (finding) return `${member.id}: ${finding.message}`;
  }
  return null;
}

function failing(words: string): Verdict {
  return { level: 'failing', tolerates: 0, words };
}

function unknown(words: string): Verdict {
  return { level: 'unknown', tolerates: null, words };
}

function list(ids: readonly string[]): string {
  return ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`;
}
