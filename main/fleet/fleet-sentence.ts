/** The first sentence on the first screen: does anything need you, and what would break it? */
import type { ClusterView, NodeView } from '../../common/model/views.ts';

export function fleetSentence(
  clusters: readonly ClusterView[],
  nodes: readonly NodeView[],
  selfSuspect: string | null,
): string {
  if (selfSuspect) return `This console may be the one that is cut off: ${selfSuspect}`;
  if (clusters.length === 0) return 'No server yet. Add your first one.';
  const failing = clusters.filter((cluster) => cluster.verdict.level === 'failing');
  if (failing.length > 0) return `${sayAll(failing)} This needs you now.`;
  const unknown = clusters.filter((cluster) => cluster.verdict.level === 'unknown');
  if (unknown.length > 0) return sayAll(unknown);
  const atRisk = clusters.filter((cluster) => cluster.verdict.level === 'at-risk');
  if (atRisk.length > 0) return `Mail flows. ${sayAll(atRisk)}`;
  const resting = nodes.filter((node) => node.state === 'degraded');
  const first =
    resting.length === 0
      ? 'Nothing needs you.'
      : `Mail flows; ${resting.map((node) => node.id).join(', ')} ${resting.length === 1 ? 'is' : 'are'} degraded.`;
  return `${first} ${singleLoss(clusters, nodes)}`;
}

function sayAll(clusters: readonly ClusterView[]): string {
  return clusters.map((cluster) => `${cluster.verdict.words}.`).join(' ');
}

/** True for any one server only when no server carries the last of something. */
function singleLoss(clusters: readonly ClusterView[], nodes: readonly NodeView[]): string {
  const fatal = nodes.filter((node) =>
    clusters.some((cluster) => cluster.nodes.includes(node.id) && (cluster.verdict.tolerates ?? 0) < 1),
  );
  return fatal.length === 0
    ? 'Any one server may fail.'
    : `Losing ${fatal.map((node) => node.id).join(' or ')} would stop something.`;
}
