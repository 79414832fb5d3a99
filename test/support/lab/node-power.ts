/** What can befall a machine: power cut, hang, cable out. And the way back from each. */
import { cutOff, isOnBridge, putBack } from './bridge.ts';
import { isFrozen, setFrozen } from './cgroups.ts';
import { killMachine } from './container.ts';
import { currentNodes } from './current-node.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { publish } from './lab-state.ts';
import { waitFor } from './limits.ts';
import { makeHostKey } from './node-identity.ts';
import { bootNode, withState } from './node-lifecycle.ts';
import { type NodeRecord, nodeRoot, type Running, writeNode } from './node-record.ts';
import { isAlive } from './process-identity.ts';
import { mustRun } from './run-command.ts';

/** SIGKILL of the whole node; its disk stays mounted. Off already: nothing to do. */
export async function powerOff(lab: Instance, record: NodeRecord): Promise<void> {
  if (record.running) await killMachine(lab, record.name, record.running);
  await keep(lab, { ...record, running: null });
}

/** Boots again with the same disk and identity. On already: nothing to do. */
export async function powerOn(lab: Instance, record: NodeRecord): Promise<void> {
  if (record.running && isAlive(record.running.init)) return;
  // A node that ended by itself (`poweroff` inside) may have left its groups and interface.
  if (record.running) await killMachine(lab, record.name, record.running);
  await bootNode(lab, { ...record, running: null });
  await withState(lab, `power ${record.name} on`, () => publish(lab));
}

export async function freezeNode(lab: Instance, record: NodeRecord): Promise<void> {
  const running = demandRunning(record);
  // The cable first: a frozen node's kernel still answers pings and opens connections.
  await cutOff(running.veth);
  await setFrozen(running.freezer, true);
  await withState(lab, `freeze ${record.name}`, () => publish(lab));
}

export async function thawNode(lab: Instance, record: NodeRecord): Promise<void> {
  const running = demandRunning(record);
  await setFrozen(running.freezer, false);
  if (!record.cut) await putBack(lab, running.veth);
  await withState(lab, `thaw ${record.name}`, () => publish(lab));
}

export async function partitionNodes(lab: Instance, records: readonly NodeRecord[]): Promise<void> {
  if (records.length === 0) throw new LabError('Name the nodes to cut off.');
  for (const record of records) {
    await cutOff(demandRunning(record).veth);
    await keep(lab, { ...record, cut: true });
  }
}

/** Puts the cable back in; a frozen node gets it back when it thaws. No names: all nodes. */
export async function healNodes(lab: Instance, records: readonly NodeRecord[]): Promise<void> {
  for (const record of records.length > 0 ? records : currentNodes(lab)) {
    const { running } = record;
    if (running && isAlive(running.init) && !isFrozen(running.freezer)) {
      await putBack(lab, running.veth);
      await waitFor(`${record.name} on the bridge`, () => isOnBridge(lab, running.veth), {
        limitMs: 2_000,
        everyMs: 5,
      });
    }
    if (record.cut) await keep(lab, { ...record, cut: false });
  }
  await withState(lab, 'heal', () => publish(lab));
}

/** known_hosts keeps the old keys on purpose. */
export async function newHostKey(lab: Instance, record: NodeRecord): Promise<void> {
  const running = demandRunning(record);
  for (const type of ['ed25519', 'ecdsa']) await makeHostKey(nodeRoot(lab, record.name), record.name, type);
  await mustRun([
    'nsenter',
    '--target',
    String(running.init.pid),
    '--all',
    'systemctl',
    'restart',
    'ssh.service',
  ]);
}

function demandRunning(record: NodeRecord): Running {
  if (record.running && isAlive(record.running.init)) return record.running;
  throw new LabError(`${record.name} is off: \`npm run lab -- power ${record.name} on\` boots it.`);
}

function keep(lab: Instance, record: NodeRecord): Promise<void> {
  return withState(lab, `note on ${record.name}`, () => {
    writeNode(lab, record);
    publish(lab);
  });
}
