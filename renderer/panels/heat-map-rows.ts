import type { NodeState, NodeView } from '../../common/model/views.ts';
import type { StateSpan } from '../stores/trails.ts';

export interface HeatMapRows {
  readonly nodes: readonly NodeView[];
  /** CSS pixels. */
  readonly rowHeight: number;
  readonly gap: number;
  /** Servers that have no line of their own because there is nothing to tell of them. */
  readonly untold: number;
}

const worstFirst: readonly NodeState[] = [
  ...(['failing', 'unreachable', 'suspect', 'degraded', 'draining', 'joining'] as const),
  ...(['drained', 'maintenance', 'unknown', 'healthy'] as const),
];

/** Beyond this many lines a person reads none of them. */
const mostRows = 30;

/**
 * Which servers get a line. Few: all, in the order of the fleet file, where a
 * person finds them again. Many: those that are or were not healthy, worst
 * first; the rest is one sentence.
 */
export function heatMapRows(
  nodes: readonly NodeView[],
  spansOf: (nodeId: string) => readonly StateSpan[],
): HeatMapRows {
  if (nodes.length <= 8) return { nodes, rowHeight: 24, gap: 5, untold: 0 };
  if (nodes.length <= 12) return { nodes, rowHeight: 18, gap: 4, untold: 0 };
  if (nodes.length <= mostRows) return { nodes, rowHeight: 12, gap: 2, untold: 0 };
  const told = nodes
    .filter((node) => node.state !== 'healthy' || spansOf(node.id).some((span) => span.state !== 'healthy'))
    .sort((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state))
    .slice(0, mostRows);
  return { nodes: told, rowHeight: 12, gap: 2, untold: nodes.length - told.length };
}
