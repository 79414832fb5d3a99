/** What the lab knows of a node, kept in a file of its own so that several verbs can work at once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { DebianRelease } from './base-layer.ts';
import type { Freezer } from './cgroups.ts';
import type { Instance } from './instance.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { ImageName } from './role-packages.ts';

/** A node's running container. */
export interface Running {
  /** supervise.sh, whose child is systemd-nspawn. */
  readonly supervisor: ProcessIdentity;
  /** The node's PID 1, as the host numbers it. */
  readonly init: ProcessIdentity;
  readonly freezer: Freezer;
  /** The host's end of the node's cable. */
  readonly veth: string;
}

export interface NodeRecord {
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  readonly image: ImageName;
  readonly debian: DebianRelease;
  /** The topology's cluster; null for a bare node. */
  readonly cluster: string | null;
  /** Size of the root disk, e.g. '300M'; null: the host's own free space. */
  readonly disk: string | null;
  readonly layers: readonly string[];
  /** Public host keys as in known_hosts, without names: 'ssh-ed25519 AAAA...'. */
  readonly hostKeys: readonly string[];
  /** Null while the power is off. */
  readonly running: Running | null;
  /** The cable is meant to be out. */
  readonly cut: boolean;
}

export function nodeDir(lab: Instance, name: string): string {
  return join(lab.stateDir, 'nodes', name);
}

export function nodeRoot(lab: Instance, name: string): string {
  return join(nodeDir(lab, name), 'root');
}

export function writeNode(lab: Instance, record: NodeRecord): void {
  mkdirSync(nodeDir(lab, record.name), { recursive: true, mode: 0o755 });
  writeFileAtomic(join(nodeDir(lab, record.name), 'node.json'), `${JSON.stringify(record, null, 2)}\n`);
}

export function readNode(lab: Instance, name: string): NodeRecord | null {
  try {
    return JSON.parse(readFileSync(join(nodeDir(lab, name), 'node.json'), 'utf8')) as NodeRecord;
  } catch {
    return null;
  }
}

export function readNodes(lab: Instance): NodeRecord[] {
  const dir = join(lab.stateDir, 'nodes');
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .map((name) => readNode(lab, name))
    .filter((record) => record !== null)
    .sort((a, b) => addressOrder(a) - addressOrder(b));
}

export function forgetNode(lab: Instance, name: string): void {
  rmSync(nodeDir(lab, name), { recursive: true, force: true });
}

function addressOrder(record: NodeRecord): number {
  return Number(record.address.split('.')[3]);
}
