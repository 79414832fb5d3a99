import type { Run } from '../../../common/model/run.ts';

/** A step's name without the server it is done on: draining mx1 takes about as long as draining mx2. */
export function stepKind(stepId: string, nodeId: string | null): string {
  return nodeId ? stepId.split(nodeId).join('*') : stepId;
}

/** The median duration of each kind of step, in ms; steps that were so already tell nothing. */
export function usualDurations(runs: readonly Run[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number[]>();
  for (const run of runs) {
    for (const step of run.steps) {
      if (step.state !== 'done' || step.startedAtMs === null || step.endedAtMs === null) continue;
      const kind = stepKind(step.id, run.nodeId);
      seen.set(kind, [...(seen.get(kind) ?? []), step.endedAtMs - step.startedAtMs]);
    }
  }
  return new Map([...seen].map(([kind, durations]) => [kind, median(durations)]));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}
