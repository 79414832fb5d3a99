import type { FleetView } from '../../../common/model/views.ts';
import { useFleet } from '../../stores/fleet.ts';
import { type Place, usePlace } from '../../stores/place.ts';

/** Where a key of 1-5 leads: the cluster or server one looked at last, else the one that needs a look most. */
export function placeOfKey(key: string): Place | null {
  const { view } = useFleet.getState();
  const { place, trail } = usePlace.getState();
  if (!view) return null;
  const seen = [...trail, place].reverse();
  switch (key) {
    case '1':
      return { screen: 'fleet' };
    case '2': {
      const last = seen.find((one) => one.screen === 'cluster');
      if (last && view.clusters.some((cluster) => cluster.id === last.clusterId)) return last;
      const id = worstCluster(view);
      return id === null ? null : { screen: 'cluster', clusterId: id };
    }
    case '3': {
      const last = seen.find((one) => one.screen === 'node');
      if (last && view.nodes.some((node) => node.id === last.nodeId)) return last;
      const id = worstNode(view);
      return id === null ? null : { screen: 'node', nodeId: id };
    }
    case '4':
      return { screen: 'runs' };
    case '5':
      return { screen: 'add-server' };
    default:
      return null;
  }
}

const levels = ['failing', 'at-risk', 'unknown', 'redundant'];

function worstCluster(view: FleetView): string | null {
  const sorted = [...view.clusters].sort(
    (a, b) => levels.indexOf(a.verdict.level) - levels.indexOf(b.verdict.level),
  );
  return sorted[0]?.id ?? null;
}

function worstNode(view: FleetView): string | null {
  return view.problems.find((problem) => problem.nodeId !== null)?.nodeId ?? view.nodes[0]?.id ?? null;
}
