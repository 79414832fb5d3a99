/** Pure decisions about a pair of edges: who holds the VIP, who could, and why not. */
import type { NodeId } from '../../model/fleet.ts';
import type { Blocker } from '../../model/problem.ts';
import type { Situation } from '../role.ts';
import { type EdgeFacts, readEdgeFacts } from './facts.ts';

export function factsOf(situation: Situation, nodeId: NodeId): EdgeFacts | null {
  return readEdgeFacts(situation.readings.get(nodeId)?.facts);
}

/** Every edge that says that it holds the VIP. */
export function holders(situation: Situation): readonly NodeId[] {
  return situation.cluster.nodes.filter((id) => factsOf(situation, id)?.vip === 'held');
}

/** Edges of which nothing is known now. */
export function silent(situation: Situation): readonly NodeId[] {
  return situation.cluster.nodes.filter(
    (id) => factsOf(situation, id) === null && !inMaintenance(situation, id),
  );
}

function inMaintenance(situation: Situation, id: NodeId): boolean {
  return situation.fleet.nodes.find((node) => node.id === id)?.maintenance != null;
}

/** Why this edge could not take the VIP from `from` now; null when it could. */
export function cannotTake(situation: Situation, id: NodeId, from: NodeId): string | null {
  if (inMaintenance(situation, id)) return `${id} is in maintenance`;
  const node = situation.nodes.get(id);
  if (node && node.link.state !== 'live') return `${id} is not connected, so its state is not known`;
  const facts = factsOf(situation, id);
  if (!facts) return `${id} tells nothing of its role yet`;
  const serving = situation.readings.get(id)?.serving;
  if (serving !== 'serving') return `${id} is ${serving ?? 'unknown'}`;
  if (facts.released) return `${id} was told to leave the VIP`;
  if (!facts.answers) return `HAProxy on ${id} does not answer`;
  // Whoever holds it already needs not take it: the other one is only a spare.
  if (facts.vip !== 'held' && facts.vrrp !== 'BACKUP')
    return `keepalived on ${id} is ${facts.vrrp}, not BACKUP`;
  const theirs = factsOf(situation, from);
  const lost = (theirs?.backends ?? []).filter(
    (backend) =>
      backend.usable > 0 && (facts.backends.find((one) => one.name === backend.name)?.usable ?? 0) === 0,
  );
  if (lost.length > 0) {
    return `HAProxy on ${id} has no server for ${lost.map((backend) => backend.name).join(' and ')}, which ${from} has`;
  }
  return null;
}

/** Who would take the VIP from `from`: the first in the file that can. */
export function candidate(
  situation: Situation,
  from: NodeId,
): { readonly id: NodeId | null; readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  for (const id of situation.cluster.nodes) {
    if (id === from) continue;
    const reason = cannotTake(situation, id, from);
    if (reason === null) return { id, reasons: [] };
    reasons.push(reason);
  }
  return { id: null, reasons };
}

/** What stands against moving the VIP from `from`; empty when nothing does. */
export function moveBlockers(situation: Situation, from: NodeId): readonly Blocker[] {
  const { cluster } = situation;
  if (cluster.nodes.length < 2) {
    return [
      {
        code: 'LastNode',
        message: `${from} is the only edge of ${cluster.id}. Add a second server to the cluster first.`,
        overridable: false,
      },
    ];
  }
  const { id, reasons } = candidate(situation, from);
  if (id !== null) return [];
  return [
    {
      code: 'NoHealthyPeer',
      message: `No other edge can take the VIP: ${reasons.join('; ')}. Mend that first.`,
      overridable: false,
    },
  ];
}

/** What makes "who holds the VIP" uncertain; a move on top of it would be a guess. */
export function holderBlockers(situation: Situation): readonly Blocker[] {
  const held = holders(situation);
  if (held.length > 1) {
    return [
      {
        code: 'TwoHoldVip',
        message: `${held.join(' and ')} both hold the VIP: they do not hear each other. Mend the network between them first.`,
        overridable: false,
      },
    ];
  }
  if (held.length === 1) return [];
  const unheard = silent(situation);
  return [
    unheard.length > 0
      ? {
          code: 'HolderUnknown',
          message: `Who holds the VIP is not known: ${unheard.join(' and ')} cannot be seen. Wait until it is connected, or put it in maintenance.`,
          overridable: false,
        }
      : {
          code: 'NobodyHoldsVip',
          message:
            'No edge holds the VIP, so there is nothing to hand over. Look at keepalived on the edges.',
          overridable: false,
        },
  ];
}
