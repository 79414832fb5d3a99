/**
 * A node's record with its machine as it is now. `reboot` inside a node ends
 * its init and starts another under the same systemd-nspawn: what was recorded
 * at the start is then out of date.
 */
import { findFreezer } from './cgroups.ts';
import { findInit } from './container.ts';
import type { Instance } from './instance.ts';
import { type NodeRecord, readNode, readNodes } from './node-record.ts';
import { isAlive } from './process-identity.ts';

export function currentNode(lab: Instance, name: string): NodeRecord | null {
  const record = readNode(lab, name);
  return record && withCurrentInit(lab, record);
}

export function currentNodes(lab: Instance): NodeRecord[] {
  return readNodes(lab).map((record) => withCurrentInit(lab, record));
}

function withCurrentInit(lab: Instance, record: NodeRecord): NodeRecord {
  const { running } = record;
  if (!running || isAlive(running.init) || !isAlive(running.supervisor)) return record;
  const init = findInit(running.supervisor);
  if (!init) return record;
  return { ...record, running: { ...running, init, freezer: findFreezer(lab, record.name, init.pid) } };
}
