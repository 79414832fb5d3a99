import type { NodeState, NodeView } from '../../common/model/views.ts';

export interface HeatMapRows {
  readonly nodes: readonly NodeView[];
  /** CSS pixels. */
  readonly rowHeight: number;
  readonly gap: number;
  readonly named: boolean;
}

const worstFirst: readonly NodeState[] = [
  'failing',
  'unreachable',
  'suspect',
  'degraded',
  'draining',
  'joining',
  'drained',
  'maintenance',
  'unknown',
  'healthy',
];

/**
 * How a number of servers is drawn as lines. Few: in the order of the fleet
 * file, where a person finds them again. Many: what is wrong comes first.
 */
export function heatMapRows(nodes: readonly NodeView[]): HeatMapRows {
  if (nodes.length <= 14) return { nodes, rowHeight: 16, gap: 3, named: true };
  const sorted = [...nodes].sort((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state));
  if (nodes.length <= 30) return { nodes: sorted, rowHeight: 12, gap: 2, named: true };
  if (nodes.length <= 120) return { nodes: sorted, rowHeight: 4, gap: 1, named: false };
  return { nodes: sorted, rowHeight: 1, gap: nodes.length > 600 ? 0 : 1, named: false };
}
