/** A whole lab, up and down. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startAptCache } from './apt-cache.ts';
import { findAptMirror } from './apt-mirror.ts';
import { createBridge } from './bridge.ts';
import { makeCredentials } from './credentials.ts';
import { ensureHost } from './host-check.ts';
import { raiseInotifyLimit } from './inotify-limit.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import {
  describeLab,
  isUp,
  type LabFacts,
  type LabStatus,
  publish,
  readFacts,
  vipsOf,
  writeFacts,
} from './lab-state.ts';
import { imageLayers } from './layers.ts';
import { takeLock, withLock } from './lock.ts';
import { allHosts, bootNode, type NodePlan, prepareNode } from './node-lifecycle.ts';
import { hostBootId, identify } from './process-identity.ts';
import { assertGone, leftovers, sweep } from './sweep.ts';
import { emptyTopology, type Topology } from './topology.ts';

type Progress = (message: string) => void;

/** Refused while another lab is up or coming up. */
export async function bringUp(lab: Instance, topology: Topology, progress: Progress): Promise<LabStatus> {
  await ensureHost(lab);
  const lock = takeLock(wholeLock(lab), 'lab up');
  try {
    refuseSecond(lab);
    return await startClean(lab, topology, progress);
  } finally {
    lock.release();
  }
}

/** An empty lab for bare nodes, unless there is a lab already; waits for one that is coming up. */
export async function ensureUp(lab: Instance, progress: Progress): Promise<void> {
  if (isUp(lab)) return;
  await ensureHost(lab);
  await withLock(wholeLock(lab), 'lab up', 300_000, async () => {
    if (!isUp(lab)) await startClean(lab, emptyTopology, progress);
  });
}

async function startClean(lab: Instance, topology: Topology, progress: Progress): Promise<LabStatus> {
  if (leftovers(lab).length > 0) {
    progress('clearing what a lab left that did not end well');
    await sweep(lab);
  }
  return start(lab, topology, progress);
}

function refuseSecond(lab: Instance): void {
  if (!isUp(lab)) return;
  const facts = readFacts(lab);
  const since = facts
    ? `, since ${new Date(facts.startedAtMs).toLocaleTimeString()}, from ${facts.startedFrom}`
    : '';
  throw new LabError(
    `A lab is up already (${facts?.topology.name}${since}). Use it, or take it down first with \`npm run lab -- down\`.`,
  );
}

async function start(lab: Instance, topology: Topology, progress: Progress): Promise<LabStatus> {
  const owner = identify(process.pid);
  if (!owner) throw new LabError('/proc cannot be read: mount it.');
  mkdirSync(join(lab.stateDir, 'nodes'), { recursive: true, mode: 0o755 });
  const facts: LabFacts = {
    phase: 'starting',
    owner,
    bootId: hostBootId(),
    topology,
    startedAtMs: Date.now(),
    startedFrom: process.cwd(),
  };
  writeFacts(lab, facts);
  try {
    raiseInotifyLimit(progress);
    const mirror = await findAptMirror();
    await createBridge(lab);
    await startAptCache(lab, mirror.upstreamProxy);
    await makeCredentials(lab);
    const plans = planNodes(lab, topology);
    const images = new Map<string, Promise<string[]>>();
    const imageOf = (plan: NodePlan): string => `${plan.image}-${plan.debian}`;
    for (const plan of plans) {
      const image = imageOf(plan);
      // One after the other: they share layers, and two package installs at once are no faster on two cores.
      if (!images.has(image)) {
        images.set(image, Promise.resolve(await imageLayers(lab, mirror, plan.image, plan.debian, progress)));
      }
    }
    if (plans.length > 0) progress(`booting ${plans.map((plan) => plan.name).join(', ')}`);
    const hosts = allHosts(lab, vipsOf(lab, topology), topology.domain, plans);
    await Promise.all(
      plans.map(async (plan) => {
        const layers = (await images.get(imageOf(plan))) ?? [];
        await bootNode(lab, await prepareNode(lab, plan, layers, topology.domain, hosts));
        progress(`${plan.name} answers at ${plan.address}`);
      }),
    );
    const up: LabFacts = { ...facts, phase: 'up' };
    writeFacts(lab, up);
    publish(lab);
    return describeLab(lab, up);
  } catch (cause) {
    await sweep(lab);
    throw cause;
  }
}

function planNodes(lab: Instance, topology: Topology): NodePlan[] {
  return Object.entries(topology.clusters).flatMap(([cluster, { image, debian, nodes }]) =>
    Object.entries(nodes).map(([name, octet]) => ({
      name,
      address: `${lab.prefix}.${octet}`,
      image,
      debian,
      cluster,
      disk: null,
    })),
  );
}

export async function bringDown(lab: Instance): Promise<void> {
  const lock = takeLock(wholeLock(lab), 'lab down');
  try {
    if (leftovers(lab).length > 0) await sweep(lab);
    assertGone(lab);
  } finally {
    lock.release();
  }
}

function wholeLock(lab: Instance): string {
  return join(lab.lockDir, `${lab.cgroup}.lock`);
}
