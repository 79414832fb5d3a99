/** Makes a node from its image, and takes it away. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reviveAptCache } from './apt-cache.ts';
import { type AptMirror, findAptMirror } from './apt-mirror.ts';
import type { DebianRelease } from './base-layer.ts';
import { killMachine, machineName, startMachine } from './container.ts';
import { currentNode } from './current-node.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { describeNode, isUp, type LabNode, publish, readFacts, vipsOf } from './lab-state.ts';
import { imageLayers } from './layers.ts';
import { waitFor } from './limits.ts';
import { withLock } from './lock.ts';
import { mountRoot, unmountBelow } from './node-disk.ts';
import { addHostsLine, hostsLine, removeHostsLine, writeIdentity } from './node-identity.ts';
import { forgetNode, type NodeRecord, nodeDir, nodeRoot, readNodes, writeNode } from './node-record.ts';
import type { ImageName } from './role-packages.ts';
import { readSshBanner } from './ssh-banner.ts';
import { nodeName } from './topology.ts';

export interface BareOptions {
  readonly debian?: DebianRelease;
  /** Default: the next free one from .100 on. */
  readonly address?: string;
  /** Size of the root disk: '300M' makes one that is soon full. */
  readonly disk?: string;
}

export interface NodePlan {
  readonly name: string;
  readonly address: string;
  readonly image: ImageName;
  readonly debian: DebianRelease;
  readonly cluster: string | null;
  readonly disk: string | null;
}

/** Held while the list of nodes, everybody's /etc/hosts or lab.json change. Unit: moments. */
export function stateLock(lab: Instance): string {
  return join(lab.lockDir, `${lab.cgroup}.state.lock`);
}

export function withState<T>(lab: Instance, purpose: string, work: () => T | Promise<T>): Promise<T> {
  return withLock(stateLock(lab), purpose, 60_000, work);
}

/** Boots a node that is recorded already; resolves when its sshd answers. */
export async function bootNode(lab: Instance, record: NodeRecord): Promise<NodeRecord> {
  const running = await startMachine(lab, record.name);
  const booted = { ...record, running, cut: false };
  writeNode(lab, booted);
  await waitFor(`sshd of ${record.name}`, () => readSshBanner(record.address, 1000), {
    limitMs: 60_000,
  }).catch((cause: Error) => {
    const console = readFileSync(join(nodeDir(lab, record.name), 'console.log'), 'utf8').trim();
    const last = console.split('\n').slice(-12).join('\n');
    throw new LabError(`${cause.message} Its console ended with:\n${last}`, { cause });
  });
  return booted;
}

/** Disk and identity of a new node, recorded with the power off. */
export async function prepareNode(
  lab: Instance,
  plan: NodePlan,
  layers: readonly string[],
  domain: string,
  hosts: readonly string[],
): Promise<NodeRecord> {
  const fqdn = `${plan.name}.${domain}`;
  const record: NodeRecord = { ...plan, fqdn, layers, hostKeys: [], running: null, cut: false };
  writeNode(lab, record);
  await mountRoot(lab, plan.name, layers, plan.disk);
  const hostKeys = await writeIdentity(lab, nodeRoot(lab, plan.name), record, hosts);
  const ready = { ...record, hostKeys };
  writeNode(lab, ready);
  return ready;
}

/** Everybody's names, for /etc/hosts. */
export function allHosts(
  lab: Instance,
  vips: Readonly<Record<string, string>>,
  domain: string,
  nodes: readonly { readonly name: string; readonly address: string }[],
): string[] {
  const line = (name: string, address: string): string =>
    hostsLine({ name, address, fqdn: `${name}.${domain}` });
  return [
    line('lab-host', lab.hostAddress),
    ...Object.entries(vips).map(([cluster, address]) => line(`${cluster}-vip`, address)),
    ...nodes.map(({ name, address }) => line(name, address)),
  ];
}

export async function createBare(
  lab: Instance,
  name: string,
  options: BareOptions,
  progress: (message: string) => void,
): Promise<LabNode> {
  const checked = nodeName.safeParse(name);
  if (!checked.success)
    throw new LabError(`'${name}' cannot be a node: ${checked.error.issues[0]?.message}.`);
  const facts = readFacts(lab);
  if (!facts || !isUp(lab)) throw new LabError('No lab is up: bring one up with `npm run lab -- up`.');
  const debian = options.debian ?? 13;
  const mirror: AptMirror = await findAptMirror();
  await withState(lab, 'package cache', () => reviveAptCache(lab, mirror.upstreamProxy));
  const layers = await imageLayers(lab, mirror, 'bare', debian, progress);
  const vips = vipsOf(lab, facts.topology);
  const { domain } = facts.topology;
  const prepared = await withState(lab, `bare ${name}`, async () => {
    const others = readNodes(lab);
    if (others.some((node) => node.name === name)) {
      throw new LabError(
        `There is a node '${name}' already: \`npm run lab -- remove ${name}\` takes it away.`,
      );
    }
    const address = options.address ?? freeAddress(lab, others);
    const clash = [...others.map((node) => [node.name, node.address]), ...Object.entries(vips)].find(
      ([, taken]) => taken === address,
    );
    if (clash)
      throw new LabError(`${address} belongs to ${clash[0]}: choose another address, or leave it out.`);
    if (!new RegExp(`^${lab.prefix.replaceAll('.', '\\.')}\\.\\d{1,3}$`).test(address)) {
      throw new LabError(`${address} is not in the lab's network ${lab.prefix}.0/24.`);
    }
    const plan: NodePlan = {
      name,
      address,
      image: 'bare',
      debian,
      cluster: null,
      disk: options.disk ?? null,
    };
    const hosts = allHosts(lab, vips, domain, [...others, plan]);
    try {
      const record = await prepareNode(lab, plan, layers, domain, hosts);
      for (const other of others) addHostsLine(nodeRoot(lab, other.name), hostsLine(record));
      return record;
    } catch (cause) {
      await discard(lab, name);
      throw cause;
    }
  });
  try {
    const booted = await bootNode(lab, prepared);
    await withState(lab, `bare ${name}`, () => publish(lab));
    return describeNode(lab, booted);
  } catch (cause) {
    progress(`${name} did not come up; its console is kept in ${nodeDir(lab, name)}`);
    throw cause;
  }
}

function freeAddress(lab: Instance, others: readonly NodeRecord[]): string {
  const taken = new Set(others.map((node) => node.address));
  for (let octet = 100; octet < 255; octet += 1) {
    const address = `${lab.prefix}.${octet}`;
    if (!taken.has(address)) return address;
  }
  throw new LabError('All addresses for bare nodes are taken: remove some.');
}

export async function removeNode(lab: Instance, record: NodeRecord): Promise<void> {
  await withState(lab, `remove ${record.name}`, async () => {
    const current = currentNode(lab, record.name);
    if (current?.running) await killMachine(lab, record.name, current.running);
    await discard(lab, record.name);
    for (const other of readNodes(lab)) removeHostsLine(nodeRoot(lab, other.name), hostsLine(record));
    publish(lab);
  });
}

async function discard(lab: Instance, name: string): Promise<void> {
  if (existsSync(nodeDir(lab, name))) await unmountBelow(nodeDir(lab, name));
  forgetNode(lab, name);
  for (const kind of ['propagate', 'unix-export']) {
    rmSync(join('/run/systemd/nspawn', kind, machineName(lab, name)), { recursive: true, force: true });
  }
}
