/** Starts and ends a node's machine. Its disk and identity are not touched here. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  findFreezer,
  groupDirs,
  isFrozen,
  makeGroups,
  ownScope,
  processesIn,
  readCgroupHost,
  removeGroups,
  setFrozen,
} from './cgroups.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { waitFor } from './limits.ts';
import { nodeDir, nodeRoot, type Running } from './node-record.ts';
import { childrenOf, identify, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';
import { runCommand } from './run-command.ts';

const supervisorScript = fileURLToPath(new URL('./supervise.sh', import.meta.url));
const launcher = fileURLToPath(new URL('./launch.sh', import.meta.url));

export function machineName(lab: Instance, node: string): string {
  return `${lab.machinePrefix}${node}`;
}

/** Boots the node, detached: it outlives this process. Resolves when its init runs, not yet when it answers. */
export async function startMachine(lab: Instance, node: string): Promise<Running> {
  const { systemd } = readCgroupHost();
  const consoleLog = join(nodeDir(lab, node), 'console.log');
  const argv = [
    ...['systemd-nspawn', '--quiet', '--boot', '--settings=no', `--directory=${nodeRoot(lab, node)}`],
    ...[`--machine=${machineName(lab, node)}`, `--hostname=${node}`, `--network-bridge=${lab.bridge}`],
    ...['--console=pipe', '--link-journal=no', '--resolv-conf=off', '--timezone=off'],
    // Elsewhere than under systemd there is nobody to register with; the groups are ours.
    ...(systemd ? [] : ['--register=no', '--keep-unit']),
  ];
  const output = openSync(consoleLog, 'a');
  const supervise = ['sh', supervisorScript, launcher, ...makeGroups(lab, node), '--', ...argv];
  const [program = '', ...args] = [...ownScope(lab, node), ...supervise];
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: process.env['PATH'], SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
  });
  closeSync(output);
  child.on('error', () => {}); // seen below: it has no pid
  child.unref();
  const supervisor = child.pid === undefined ? null : identify(child.pid);
  if (!supervisor) throw new LabError(`The machine of ${node} could not be started: see ${consoleLog}.`);
  const started = await waitFor(
    `the init of ${node} and its network interface (its console: ${consoleLog})`,
    async () => {
      if (!isAlive(supervisor)) {
        throw new LabError(
          `The machine of ${node} ended at once:\n${readFileSync(consoleLog, 'utf8').trim()}`,
        );
      }
      const init = findInit(supervisor);
      const veth = init && (await findVeth(init.pid));
      return init && veth ? { init, veth } : null;
    },
    { limitMs: 30_000, everyMs: 20 },
  );
  const { init, veth } = started;
  return { supervisor, init, freezer: findFreezer(lab, node, init.pid), veth };
}

/** The descendant that is PID 1 of its own namespace and runs systemd; null while there is none (reboot). */
export function findInit(supervisor: ProcessIdentity): ProcessIdentity | null {
  for (const pid of childrenOf(supervisor.pid).flatMap(childrenOf)) {
    try {
      const numbers =
        /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split(/\s+/) ?? [];
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      if (numbers.length > 1 && numbers.at(-1) === '1' && name === 'systemd') return identify(pid);
    } catch {
      // ended while we looked
    }
  }
  return null;
}

/** The host interface whose other end is the node's host0. */
async function findVeth(initPid: number): Promise<string | null> {
  const peer = await runCommand([
    'nsenter',
    '--target',
    String(initPid),
    '--mount',
    'cat',
    '/sys/class/net/host0/iflink',
  ]);
  const index = peer.stdout.trim();
  if (peer.code !== 0 || index === '') return null;
  for (const name of readdirSync('/sys/class/net')) {
    try {
      if (readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8').trim() === index) return name;
    } catch {
      // went away while we looked
    }
  }
  return null;
}

/**
 * Pulls the plug: SIGKILL of the node's init takes all its processes with it.
 * A frozen node gets its signals first and is thawed then, so that it does not
 * run another instruction.
 */
export async function killMachine(lab: Instance, node: string, running: Running): Promise<void> {
  if (isAlive(running.init) && isFrozen(running.freezer)) {
    for (const pid of processesIn(running.freezer.dir)) killQuietly(pid);
    await setFrozen(running.freezer, false);
  }
  signalProcess(running.init, 'SIGKILL');
  await waitFor(`the machine of ${node} to end`, () => !isAlive(running.supervisor), {
    limitMs: 5_000,
    everyMs: 10,
  }).catch(() => {
    // Caught between two inits of a reboot: systemd-nspawn's end takes the next one with it.
    for (const pid of [...childrenOf(running.supervisor.pid), running.supervisor.pid]) killQuietly(pid);
  });
  await waitFor(`${running.veth} to go`, () => !existsSync(`/sys/class/net/${running.veth}`), {
    limitMs: 10_000,
    everyMs: 10,
  });
  if (!readCgroupHost().systemd) await removeGroups(groupDirs(lab, node));
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
