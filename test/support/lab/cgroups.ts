/**
 * Each node in control groups of its own. Without that a unit stopped in one
 * node is stopped in its twins too, and there is no way to stop a machine dead
 * in its tracks.
 *
 * Two kinds of host. Where systemd is PID 1, systemd-nspawn registers a scope
 * for each node and the scope is frozen. Elsewhere (containers, CI) the lab
 * makes one group a node in every hierarchy that counts: cgroup v2, and where
 * they exist v1's `systemd` and `freezer`.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { waitFor } from './limits.ts';

const cgroup2Magic = 0x63677270;
const mountPoint = '/sys/fs/cgroup';

export interface CgroupHost {
  readonly systemd: boolean;
  /** Where cgroup v2 is mounted. */
  readonly unified: string;
  /** v1 hierarchies that nodes need a group in. */
  readonly legacy: readonly string[];
}

/** The group whose freezing stops a node. */
export interface Freezer {
  readonly version: 1 | 2;
  readonly dir: string;
}

export function readCgroupHost(): CgroupHost {
  const unified = [mountPoint, join(mountPoint, 'unified')].find(isCgroup2);
  if (!unified) {
    throw new LabError(
      `The lab needs control groups version 2, and neither ${mountPoint} nor ${mountPoint}/unified has them: run on a host with cgroup2 mounted (in a container: privileged, with the host's cgroups).`,
    );
  }
  const legacy = ['systemd', 'freezer']
    .map((name) => join(mountPoint, name))
    .filter((dir) => existsSync(join(dir, 'cgroup.procs')));
  return { systemd: existsSync('/run/systemd/system'), unified, legacy };
}

function isCgroup2(path: string): boolean {
  return existsSync(path) && statfsSync(path).type === cgroup2Magic;
}

/** Makes the node's groups and returns the files to write a pid to; none where systemd does it. */
export function makeGroups(lab: Instance, node: string): string[] {
  const host = readCgroupHost();
  if (host.systemd) return [];
  return [host.unified, ...host.legacy].map((hierarchy) => {
    const dir = join(hierarchy, lab.cgroup, node);
    mkdirSync(dir, { recursive: true });
    return join(dir, 'cgroup.procs');
  });
}

/**
 * In front of an argv on systemd hosts: a scope of its own, so that the
 * program outlives the session or service that the lab was started from.
 */
export function ownScope(lab: Instance, name: string): string[] {
  if (!readCgroupHost().systemd) return [];
  return ['systemd-run', '--scope', '--quiet', '--collect', `--unit=${lab.cgroup}-${name}`, '--'];
}

/** Finds what to freeze, once the node's init runs. */
export function findFreezer(lab: Instance, node: string, initPid: number): Freezer {
  const host = readCgroupHost();
  const v1 = host.legacy.find((dir) => dir.endsWith('/freezer'));
  if (!host.systemd) {
    return v1
      ? { version: 1, dir: join(v1, lab.cgroup, node) }
      : { version: 2, dir: join(host.unified, lab.cgroup, node) };
  }
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${initPid}/cgroup`, 'utf8'))?.[1] ?? '';
  const scope = /^(.*?\.(?:scope|service))(?:\/|$)/.exec(path)?.[1];
  if (!scope)
    throw new LabError(
      `Node ${node} has no systemd scope of its own (it is in '${path}'): is systemd-machined running?`,
    );
  return { version: 2, dir: join(host.unified, scope) };
}

export async function setFrozen(freezer: Freezer, frozen: boolean): Promise<void> {
  if (freezer.version === 1) writeFileSync(join(freezer.dir, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED');
  else writeFileSync(join(freezer.dir, 'cgroup.freeze'), frozen ? '1' : '0');
  await waitFor(`${freezer.dir} to ${frozen ? 'freeze' : 'thaw'}`, () => isFrozen(freezer) === frozen, {
    limitMs: 5_000,
    everyMs: 5,
  });
}

export function isFrozen(freezer: Freezer): boolean {
  try {
    if (freezer.version === 1)
      return readFileSync(join(freezer.dir, 'freezer.state'), 'utf8').trim() === 'FROZEN';
    return /^frozen 1$/m.test(readFileSync(join(freezer.dir, 'cgroup.events'), 'utf8'));
  } catch {
    return false;
  }
}

/** All processes in a group and below it. */
export function processesIn(dir: string): number[] {
  if (!existsSync(dir)) return [];
  const own = readProcs(dir);
  return [...own, ...childGroups(dir).flatMap((child) => processesIn(child))];
}

function readProcs(dir: string): number[] {
  try {
    return readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // went away, or a threaded group
  }
}

function childGroups(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(dir, entry.name));
  } catch {
    return [];
  }
}

/** The lab's groups on hosts without systemd: one a hierarchy, or one node's in each. */
export function groupDirs(lab: Instance, node?: string): string[] {
  const host = readCgroupHost();
  return [host.unified, ...host.legacy]
    .map((hierarchy) =>
      node === undefined ? join(hierarchy, lab.cgroup) : join(hierarchy, lab.cgroup, node),
    )
    .filter((dir) => existsSync(dir));
}

/** Removes empty groups, the deepest first. */
export async function removeGroups(dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) {
    await waitFor(`the control group ${dir} to be empty`, () => removeTree(dir), {
      limitMs: 5_000,
      everyMs: 20,
    });
  }
}

function removeTree(dir: string): boolean {
  for (const child of childGroups(dir)) removeTree(child);
  try {
    rmdirSync(dir);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT';
  }
  return true;
}
