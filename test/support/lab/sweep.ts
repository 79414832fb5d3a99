/**
 * Takes everything of a lab away, whether it was brought down in order or died
 * half-way: machines, cache, mounts, groups, bridge, files. Every part is found
 * both by what was recorded and by the lab's own names, because a lab that
 * crashed may not have recorded its last step.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopAptCache } from './apt-cache.ts';
import { bridgeExists, removeBridge } from './bridge.ts';
import { groupDirs, processesIn, readCgroupHost, removeGroups, setFrozen } from './cgroups.ts';
import { killMachine, machineName } from './container.ts';
import { currentNodes } from './current-node.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { waitFor } from './limits.ts';
import { mountsBelow, unmountBelow } from './node-disk.ts';
import { childrenOf, identify, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';
import { runCommand } from './run-command.ts';

export async function sweep(lab: Instance): Promise<void> {
  const nodes = currentNodes(lab);
  await Promise.all(
    nodes.map(({ name, running }) => (running ? killMachine(lab, name, running) : Promise.resolve())),
  );
  await endStrayMachines(lab);
  await stopAptCache(lab);
  await unmountBelow(lab.stateDir);
  await removeBridge(lab);
  for (const { name } of nodes) {
    for (const kind of ['propagate', 'unix-export']) {
      rmSync(join('/run/systemd/nspawn', kind, machineName(lab, name)), { recursive: true, force: true });
    }
  }
  rmSync(lab.stateDir, { recursive: true, force: true });
}

/**
 * Machines that a crashed `up` had started but not yet recorded: by the lab's
 * own control groups, and by command lines that name a directory of the lab's.
 */
async function endStrayMachines(lab: Instance): Promise<void> {
  const dirs = readCgroupHost().systemd ? [] : groupDirs(lab);
  const supervisors = machineProcesses(lab);
  const inits = supervisors.flatMap(({ pid }) => childrenOf(pid));
  const pids = new Set([...inits, ...dirs.flatMap((dir) => processesIn(dir))]);
  const processes = [...pids].map((pid) => identify(pid)).filter((process) => process !== null);
  for (const process of [...processes, ...supervisors]) signalProcess(process, 'SIGKILL');
  for (const dir of dirs.filter((path) => path.startsWith('/sys/fs/cgroup/freezer/'))) {
    await thawAll(dir);
  }
  await waitFor('stray machines to end', () => ![...processes, ...supervisors].some(isAlive), {
    limitMs: 10_000,
    everyMs: 10,
  });
  await removeGroups(dirs);
}

/** Every process that runs, or watches over, a machine in the lab's directory. */
export function machineProcesses(lab: Instance): ProcessIdentity[] {
  const root = `--directory=${lab.stateDir}/`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).some((argument) => argument.startsWith(root)))
    .map((pid) => identify(Number(pid)))
    .filter((process) => process !== null);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // ended while we looked
  }
}

/** v1: a killed process in a frozen group dies only when thawed. */
async function thawAll(dir: string): Promise<void> {
  const find = await runCommand(['find', dir, '-mindepth', '1', '-maxdepth', '1', '-type', 'd']);
  for (const child of find.stdout.split('\n').filter(Boolean))
    await setFrozen({ version: 1, dir: child }, false);
}

/** What is still there of a lab that ought to be gone. */
export function leftovers(lab: Instance): string[] {
  const found: string[] = mountsBelow(lab.stateDir).map((point) => `mount ${point}`);
  if (bridgeExists(lab)) found.push(`bridge ${lab.bridge}`);
  if (existsSync(lab.stateDir)) found.push(`directory ${lab.stateDir}`);
  if (!readCgroupHost().systemd) found.push(...groupDirs(lab).map((dir) => `control group ${dir}`));
  found.push(...machineProcesses(lab).map(({ pid }) => `process ${pid}`));
  return found;
}

/** Throws: LabError naming what could not be taken away. */
export function assertGone(lab: Instance): void {
  const found = leftovers(lab);
  if (found.length > 0) throw new LabError(`The lab is down, but these are left: ${found.join(', ')}.`);
}
