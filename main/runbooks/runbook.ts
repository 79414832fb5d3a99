/**
 * What a runbook gives the engine: the steps, and why they may not be done.
 * Prepared anew from the facts of the moment for the plan, at the start
 * (pre-flight) and at resume, always from the same params.
 */
import { z } from 'zod';
import type { ClusterId, Fleet, NodeId } from '../../common/model/fleet.ts';
import type { Blocker } from '../../common/model/problem.ts';
import type { PlanStep } from '../../common/model/run.ts';
import type { Step } from '../../common/roles/step.ts';

const id = z.string().min(1).max(63);

/** What was asked, without secrets: it is journalled, and resume starts from it. */
export const runParamsSchema = z.discriminatedUnion('runbook', [
  z.strictObject({ runbook: z.literal('drain'), clusterId: id, nodeId: id }),
  z.strictObject({ runbook: z.literal('undrain'), clusterId: id, nodeId: id }),
  z.strictObject({ runbook: z.literal('switchover'), clusterId: id }),
  z.strictObject({
    runbook: z.literal('provision'),
    clusterId: id,
    nodeId: id,
    address: z.string().min(1).max(255),
    port: z.number().int().min(1).max(65535),
    failureDomain: z.string().nullable(),
    /** First servers of a new fleet: other nodes that are not there yet are not configured. */
    without: z.array(id).optional(),
  }),
]);
export type RunParams = z.infer<typeof runParamsSchema>;
export type ProvisionParams = Extract<RunParams, { runbook: 'provision' }>;

export interface Prepared {
  readonly title: string;
  readonly clusterId: ClusterId;
  readonly nodeId: NodeId | null;
  readonly steps: readonly Step[];
  readonly blastRadius: readonly string[];
  readonly blockers: readonly Blocker[];
  /** The fleet that the steps see; while a server is added, with that server in it. */
  readonly fleet: Fleet;
  /** Going back, a node that cannot be reached is left as it is and the rest is still put back. */
  readonly undoPastUnreachable?: boolean;
}

export interface RunbookSource {
  prepare(params: RunParams, purpose: 'plan' | 'resume'): Promise<Prepared>;
}

export function planStep(step: Step): PlanStep {
  return {
    id: step.id,
    title: step.title,
    nodeId: step.nodeId,
    commands: [...step.commands],
    changes: step.changes,
    cancel: step.cancel,
    undoable: step.undo !== undefined,
  };
}

/** Every cluster that a run touches: a drain of mx1 also changes the edges. */
export function clustersTouched(prepared: Prepared): readonly ClusterId[] {
  const touched = new Set([prepared.clusterId]);
  for (const step of prepared.steps) {
    for (const cluster of prepared.fleet.clusters) {
      if (step.nodeId !== null && cluster.nodes.includes(step.nodeId)) touched.add(cluster.id);
    }
  }
  return [...touched].sort();
}
