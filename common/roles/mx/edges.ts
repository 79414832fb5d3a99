/** The edges in front of the mx servers. */
import { clustersOfRole, type Fleet, type NodeId, nodeOf } from '../../model/fleet.ts';
import type { Situation } from '../role.ts';

/** Every edge that is not in maintenance; from the file alone, so that a resumed run has the same steps. */
export function edgesOf(fleet: Fleet): readonly NodeId[] {
  const ids = clustersOfRole(fleet, 'edge').flatMap((cluster) => cluster.nodes);
  return [...new Set(ids)].filter((id) => nodeOf(fleet, id)?.maintenance === null);
}

/** Edges that are there: while a new fleet is being made, some of the file are not yet. */
export function liveEdges(situation: Situation): readonly NodeId[] {
  return edgesOf(situation.fleet).filter((id) => situation.nodes.get(id)?.link.state === 'live');
}
