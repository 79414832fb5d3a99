/** The lab's own network: one bridge, no way out, nodes put on it and taken off it. */
import { existsSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { Instance } from './instance.ts';
import { mustRun, runCommand } from './run-command.ts';

export async function createBridge(lab: Instance): Promise<void> {
  await mustRun(['ip', 'link', 'add', 'name', lab.bridge, 'type', 'bridge', 'forward_delay', '0']);
  await mustRun(['ip', 'address', 'add', `${lab.hostAddress}/24`, 'dev', lab.bridge]);
  await mustRun(['ip', 'link', 'set', lab.bridge, 'up']);
}

export async function removeBridge(lab: Instance): Promise<void> {
  if (bridgeExists(lab)) await mustRun(['ip', 'link', 'delete', lab.bridge, 'type', 'bridge']);
}

export function bridgeExists(lab: Instance): boolean {
  return existsSync(`/sys/class/net/${lab.bridge}`);
}

/** Pulls the node's cable out. Nothing to do when there is no such interface: a dead node has none. */
export async function cutOff(veth: string): Promise<void> {
  if (!existsSync(`/sys/class/net/${veth}`)) return;
  await runCommand(['ip', 'link', 'set', veth, 'nomaster']);
}

export async function putBack(lab: Instance, veth: string): Promise<void> {
  if (!existsSync(`/sys/class/net/${veth}`)) return;
  await mustRun(['ip', 'link', 'set', veth, 'master', lab.bridge, 'up']);
}

export function isOnBridge(lab: Instance, veth: string): boolean {
  try {
    return basename(readlinkSync(`/sys/class/net/${veth}/master`)) === lab.bridge;
  } catch {
    return false;
  }
}
