import type { Fleet } from '../common/model/fleet.ts';
import { addNodeToFleetFile, removeNodeFromFleetFile } from './fleet/edit-fleet-file.ts';
import { loadFleetFile, rewriteFleetFile } from './fleet/watch-fleet-file.ts';
import type { FleetFile } from './runbooks/provision/fleet-file-step.ts';

/** The fleet file as the provision runbook edits it; the open fleet follows at once, not when the watcher wakes. */
export function fleetFileOnDisk(path: string, changed: (fleet: Fleet) => void): FleetFile {
  const rewrite = async (change: (text: string) => string): Promise<void> => {
    await rewriteFleetFile(path, change);
    changed(await loadFleetFile(path));
  };
  return {
    path,
    read: () => loadFleetFile(path),
    add: ({ clusterId, nodeId, address, port, failureDomain }) =>
      rewrite((text) => addNodeToFleetFile(text, clusterId, { id: nodeId, address, port, failureDomain })),
    remove: (nodeId) => rewrite((text) => removeNodeFromFleetFile(text, nodeId)),
  };
}
