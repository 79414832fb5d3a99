/**
 * What the window itself has seen since it opened: the last half hour of each
 * key number (for sparklines) and of each node's state (for the heat map).
 * Not history proper, which lives in the services; only what passed by here.
 */
import type { FleetView, NodeState } from '../../common/model/views.ts';

export const trailMs = 30 * 60_000;
const everyMs = 1000;

export interface NumberTrail {
  readonly atMs: number[];
  readonly values: (number | null)[];
}

export interface StateSpan {
  readonly fromMs: number;
  readonly state: NodeState;
}

const numbers = new Map<string, NumberTrail>();
const states = new Map<string, StateSpan[]>();
let openFleet = '';

export function numberKey(owner: string, label: string): string {
  return `${owner} ${label}`;
}

/** Called for every view; cheap, nothing renders from here. */
export function record(view: FleetView): void {
  const fleet = `${view.file ?? ''} ${view.name}`;
  if (fleet !== openFleet) {
    numbers.clear();
    states.clear();
    openFleet = fleet;
  }
  for (const owner of [...view.clusters, ...view.nodes]) {
    for (const number of owner.numbers) append(numberKey(owner.id, number.label), view.atMs, number.value);
  }
  for (const node of view.nodes) {
    const spans = states.get(node.id);
    if (!spans) states.set(node.id, [{ fromMs: node.sinceMs, state: node.state }]);
    else if (spans.at(-1)?.state !== node.state) {
      // The node's own `since` is when it changed; never before what was already seen.
      spans.push({ fromMs: Math.max(node.sinceMs, (spans.at(-1)?.fromMs ?? 0) + 1), state: node.state });
      if (spans.length > 400) spans.shift();
    }
  }
}

function append(key: string, atMs: number, value: number | null): void {
  let trail = numbers.get(key);
  if (!trail) {
    trail = { atMs: [], values: [] };
    numbers.set(key, trail);
  }
  const last = trail.atMs.at(-1) ?? 0;
  if (atMs - last < everyMs) return;
  trail.atMs.push(atMs);
  trail.values.push(value);
  while ((trail.atMs[0] ?? atMs) < atMs - trailMs) {
    trail.atMs.shift();
    trail.values.shift();
  }
}

export function numberTrail(owner: string, label: string): NumberTrail | null {
  return numbers.get(numberKey(owner, label)) ?? null;
}

export function stateSpans(nodeId: string): readonly StateSpan[] {
  return states.get(nodeId) ?? [];
}

export function stateAt(spans: readonly StateSpan[], atMs: number): NodeState | null {
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index];
    if (span && span.fromMs <= atMs) return span.state;
  }
  return null;
}
