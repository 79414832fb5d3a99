/** The moment at which a new server becomes part of the fleet. */

import type { Fleet } from '../../../common/model/fleet.ts';
import { clusterOf, nodeOf } from '../../../common/model/fleet.ts';
import type { Step } from '../../../common/roles/step.ts';
import type { ProvisionParams } from '../runbook.ts';

/** The fleet file, as far as adding a server needs it. */
export interface FleetFile {
  /** What the file says now. */
  read(): Promise<Fleet>;
  add(params: ProvisionParams): Promise<void>;
  remove(nodeId: string): Promise<void>;
  readonly path: string;
}

export function fleetFileStep(params: ProvisionParams, file: FleetFile): Step {
  const { nodeId, clusterId, address } = params;
  return {
    id: 'fleet-file',
    title: `Write ${nodeId} into the fleet file`,
    nodeId: null,
    commands: [`edit ${file.path}`],
    changes: `${nodeId} (${address}) is listed in ${clusterId}, and watched like every other node.`,
    cancel: 'now',
    timeoutMs: 15_000,
    async observe() {
      const fleet = await file.read();
      const listed =
        nodeOf(fleet, nodeId) !== null && clusterOf(fleet, clusterId)?.nodes.includes(nodeId) === true;
      return listed
        ? { state: 'done', detail: `${nodeId} is listed in ${clusterId}` }
        : { state: 'todo', detail: `${nodeId} is not listed in ${clusterId}` };
    },
    async apply() {
      await file.add(params);
    },
    async undo() {
      await file.remove(nodeId);
    },
  };
}
