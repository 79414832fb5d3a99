/**
 * The lab as a whole, in one file that others read: STATE/lab.json, and the
 * known_hosts beside it. Both are drawn anew from the nodes' own records after
 * every change.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';
import { readAptCache } from './apt-cache.ts';
import { isOnBridge } from './bridge.ts';
import { isFrozen } from './cgroups.ts';
import { type Credentials, credentialPaths } from './credentials.ts';
import { currentNodes } from './current-node.ts';
import type { Instance } from './instance.ts';
import { type NodeRecord, nodeRoot } from './node-record.ts';
import { hostBootId, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { ImageName } from './role-packages.ts';
import type { Topology } from './topology.ts';

export type NodeState = 'running' | 'frozen' | 'off';

export interface LabNode {
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  readonly image: ImageName;
  readonly debian: number;
  readonly cluster: string | null;
  readonly state: NodeState;
  /** Cut off from all others: its cable is out. */
  readonly cut: boolean;
  /** Its PID 1 as the host numbers it; null when off. */
  readonly pid: number | null;
  /** Its root directory as the host sees it. */
  readonly root: string;
  readonly hostKeys: readonly string[];
  readonly veth: string | null;
}

export interface LabStatus {
  readonly name: string;
  readonly topology: string;
  readonly domain: string;
  readonly subnet: string;
  readonly hostAddress: string;
  readonly bridge: string;
  readonly aptProxy: string;
  /** By cluster name. */
  readonly vips: Readonly<Record<string, string>>;
  readonly nodes: readonly LabNode[];
  readonly ssh: Credentials;
  readonly startedAtMs: number;
  readonly startedFrom: string;
}

/** What no kernel knows: written by `up`. */
export interface LabFacts {
  readonly phase: 'starting' | 'up';
  readonly owner: ProcessIdentity;
  readonly bootId: string;
  readonly topology: Topology;
  readonly startedAtMs: number;
  readonly startedFrom: string;
}

const file = (lab: Instance, name: string): string => join(lab.stateDir, name);

export function writeFacts(lab: Instance, facts: LabFacts): void {
  writeFileAtomic(file(lab, 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
}

export function readFacts(lab: Instance): LabFacts | null {
  try {
    return JSON.parse(readFileSync(file(lab, 'facts.json'), 'utf8')) as LabFacts;
  } catch {
    return null;
  }
}

/** A lab that lives: started in this boot, finished starting, and something of it still runs. */
export function isUp(lab: Instance): boolean {
  const facts = readFacts(lab);
  if (facts?.phase !== 'up' || facts.bootId !== hostBootId()) return false;
  return isAlive(readAptCache(lab)) || currentNodes(lab).some((node) => isAlive(node.running?.init ?? null));
}

/** What is true now, asked of the kernel. */
export function describeNode(lab: Instance, record: NodeRecord): LabNode {
  const alive = record.running !== null && isAlive(record.running.init);
  const running = alive ? record.running : null;
  return {
    name: record.name,
    fqdn: record.fqdn,
    address: record.address,
    image: record.image,
    debian: record.debian,
    cluster: record.cluster,
    state: running === null ? 'off' : isFrozen(running.freezer) ? 'frozen' : 'running',
    cut: running === null ? record.cut : !isOnBridge(lab, running.veth),
    pid: running?.init.pid ?? null,
    root: nodeRoot(lab, record.name),
    hostKeys: record.hostKeys,
    veth: running?.veth ?? null,
  };
}

export function describeLab(lab: Instance, facts: LabFacts): LabStatus {
  return {
    name: lab.name,
    topology: facts.topology.name,
    domain: facts.topology.domain,
    subnet: `${lab.prefix}.0/24`,
    hostAddress: lab.hostAddress,
    bridge: lab.bridge,
    aptProxy: `http://${lab.hostAddress}:${lab.aptPort}`,
    vips: vipsOf(lab, facts.topology),
    nodes: currentNodes(lab).map((record) => describeNode(lab, record)),
    ssh: credentialPaths(lab),
    startedAtMs: facts.startedAtMs,
    startedFrom: facts.startedFrom,
  };
}

export function vipsOf(lab: Instance, topology: Topology): Record<string, string> {
  const vips: Record<string, string> = {};
  for (const [name, { vip }] of Object.entries(topology.clusters)) {
    if (vip !== undefined) vips[name] = `${lab.prefix}.${vip}`;
  }
  return vips;
}

/** Draws lab.json and known_hosts anew. */
export function publish(lab: Instance): void {
  const facts = readFacts(lab);
  if (!facts || !existsSync(lab.stateDir)) return;
  const status = describeLab(lab, facts);
  writeFileAtomic(file(lab, 'lab.json'), `${JSON.stringify(status, null, 2)}\n`);
  const lines = status.nodes.flatMap((node) =>
    node.hostKeys.map((key) => `${node.name},${node.fqdn},${node.address} ${key}\n`),
  );
  writeFileAtomic(status.ssh.knownHosts, lines.join(''));
}
