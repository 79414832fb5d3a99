/** Whether an mx may be taken out now: pure, from what is known. */
import type { NodeId } from '../../model/fleet.ts';
import type { Blocker } from '../../model/problem.ts';
import type { Situation } from '../role.ts';
import { edgesOf } from './edges.ts';

/** Others of the cluster that serve and are well: they take the mail, one of them the queue. */
export function peersOf(situation: Situation): readonly NodeId[] {
  return situation.cluster.nodes.filter((id) => {
    if (id === situation.nodeId) return false;
    const state = situation.nodes.get(id)?.state;
    return (state === 'healthy' || state === 'degraded') && situation.readings.get(id)?.serving === 'serving';
  });
}

/** Messages a second that the cluster takes now; null when no node tells. */
export function loadNow(situation: Situation): number | null {
  const rates = situation.cluster.nodes.flatMap((id) => {
    const rate = situation.samples.get(id)?.values['postfix_messages_received_total'];
    return rate === undefined ? [] : [rate];
  });
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}

export function mxDrainBlockers(situation: Situation): readonly Blocker[] {
  const { cluster, nodeId } = situation;
  const others = cluster.nodes.filter((id) => id !== nodeId);
  if (others.length === 0) {
    return [
      {
        code: 'LastNode',
        message: `${nodeId} is the only server of ${cluster.id}: without it no mail is taken. Add a second one first.`,
        overridable: false,
      },
    ];
  }
  const peers = peersOf(situation);
  if (peers.length === 0) {
    const states = others.map((id) => `${id} is ${situation.nodes.get(id)?.state ?? 'unknown'}`);
    return [
      {
        code: 'LastNode',
        message: `${nodeId} is the last one that serves: ${states.join(', ')}. Bring another one back first.`,
        overridable: false,
      },
    ];
  }
  return [...loadBlockers(situation, peers), ...edgeBlockers(situation)];
}

function loadBlockers(situation: Situation, peers: readonly NodeId[]): readonly Blocker[] {
  const { cluster } = situation;
  const one = cluster.messagesPerSecondPerNode;
  if (one === null) return [];
  const load = loadNow(situation);
  if (load === null) {
    return [
      {
        code: 'LoadUnknown',
        message: `How much mail ${cluster.id} takes now is not known, so whether the rest can carry it is not either.`,
        overridable: true,
      },
    ];
  }
  const capacity = peers.length * one;
  if (load <= capacity) return [];
  return [
    {
      code: 'RestTooSmall',
      message: `${peers.join(' and ')} can carry ${capacity} messages a second; ${cluster.id} takes ${round(load)} now. Add a server, or wait until there is less.`,
      overridable: true,
    },
  ];
}

function edgeBlockers(situation: Situation): readonly Blocker[] {
  const unseen = edgesOf(situation.fleet).filter((id) => situation.nodes.get(id)?.link.state !== 'live');
  return unseen.map((id) => ({
    code: 'EdgeNotLive',
    message: `${id} cannot be seen, so it cannot be told to send ${situation.nodeId} no more mail. Bring it back, or put it in maintenance in the fleet file.`,
    overridable: false,
  }));
}

export function round(rate: number): number {
  return rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10;
}
