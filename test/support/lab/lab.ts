/**
 * The lab: real Debian servers on this machine, for tests, the demo and the
 * command line alike.
 *
 *   const lab = openLab();
 *   await lab.up(readTopology(spinePath), { onProgress: console.error });
 *   const bare = await lab.bare('new1');
 *   await lab.exec('mx1', ['systemctl', 'is-active', 'postfix']);
 *   await lab.freeze('mx1');
 *   await lab.down();
 *
 * Nodes live on when the process that started them ends.
 */
import { isMainThread } from 'node:worker_threads';
import { currentNode } from './current-node.ts';
import { type ExecOptions, execInNode } from './exec-in-node.ts';
import { type Instance, readInstance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { bringDown, bringUp, ensureUp } from './lab-lifecycle.ts';
import { describeLab, describeNode, isUp, type LabNode, type LabStatus, readFacts } from './lab-state.ts';
import { type BareOptions, createBare, removeNode } from './node-lifecycle.ts';
import {
  freezeNode,
  healNodes,
  newHostKey,
  partitionNodes,
  powerOff,
  powerOn,
  thawNode,
} from './node-power.ts';
import type { CommandResult } from './run-command.ts';
import { emptyTopology, readTopology, spinePath, type Topology } from './topology.ts';

export type { BareOptions, CommandResult, ExecOptions, LabNode, LabStatus, Topology };
export { emptyTopology, LabError, readTopology, spinePath };

export interface UpOptions {
  readonly onProgress?: (message: string) => void;
}

export interface Lab {
  readonly instance: Instance;
  /** A lab of this name is up and alive. */
  isUp(): boolean;
  /** What is true now, asked of the kernel. Throws when no lab is up. */
  status(): LabStatus;
  /** One node as it is now. Throws when there is none of that name. */
  node(name: string): LabNode;
  /** Boots all nodes of a topology; resolves when every sshd answers. Refused while a lab is up. */
  up(topology: Topology, options?: UpOptions): Promise<LabStatus>;
  /** Takes everything away; harmless when nothing is there. */
  down(): Promise<void>;
  /** Boots a server with nothing but sshd; brings up an empty lab when none is up. */
  bare(name: string, options?: BareOptions & UpOptions): Promise<LabNode>;
  /** Takes one node away with its disk. */
  remove(name: string): Promise<void>;
  /** Runs a command in a node as root, by namespaces, so that it works on a cut-off node too. */
  exec(name: string, argv: readonly string[], options?: ExecOptions): Promise<CommandResult>;
  /** As exec, but throws unless the exit code is 0. Returns standard output. */
  mustExec(name: string, argv: readonly string[], options?: ExecOptions): Promise<string>;
  /** Power cut: SIGKILL of the whole node. The disk stays. */
  kill(name: string): Promise<void>;
  power(name: string, on: boolean): Promise<void>;
  /** Stops a machine dead: no instruction runs, no packet is answered. */
  freeze(name: string): Promise<void>;
  thaw(name: string): Promise<void>;
  /** Cuts nodes off from all others and from the host. */
  partition(...names: string[]): Promise<void>;
  /** Ends partitions: of these nodes, or of all. */
  heal(...names: string[]): Promise<void>;
  /** Gives a node new host keys while known_hosts keeps the old: what a changed server or an attacker looks like. */
  changeHostKey(name: string): Promise<void>;
}

export function openLab(instance: Instance = readInstance()): Lab {
  // A node's directories must be readable to its own users, however private the operator's files are.
  if (isMainThread) process.umask(0o022);
  const record = (name: string) => {
    const found = currentNode(instance, name);
    if (found) return found;
    throw new LabError(
      isUp(instance)
        ? `The lab has no node '${name}': \`npm run lab -- status\` lists them.`
        : 'No lab is up: bring one up with `npm run lab -- up`.',
    );
  };
  const exec: Lab['exec'] = (name, argv, options) => execInNode(record(name), argv, options);
  return {
    instance,
    isUp: () => isUp(instance),
    status: () => {
      const facts = readFacts(instance);
      if (!facts || !isUp(instance))
        throw new LabError('No lab is up: bring one up with `npm run lab -- up`.');
      return describeLab(instance, facts);
    },
    node: (name) => describeNode(instance, record(name)),
    up: (topology, options = {}) => bringUp(instance, topology, options.onProgress ?? (() => {})),
    down: () => bringDown(instance),
    bare: async (name, options = {}) => {
      await ensureUp(instance, options.onProgress ?? (() => {}));
      return createBare(instance, name, options, options.onProgress ?? (() => {}));
    },
    remove: (name) => removeNode(instance, record(name)),
    exec,
    mustExec: async (name, argv, options) => {
      const result = await exec(name, argv, options);
      if (result.code === 0) return result.stdout;
      throw new LabError(
        `On ${name}, \`${argv.join(' ')}\` failed with code ${result.code}: ${(result.stderr || result.stdout).trim()}`,
      );
    },
    kill: (name) => powerOff(instance, record(name)),
    power: (name, on) => (on ? powerOn(instance, record(name)) : powerOff(instance, record(name))),
    freeze: (name) => freezeNode(instance, record(name)),
    thaw: (name) => thawNode(instance, record(name)),
    partition: (...names) => partitionNodes(instance, names.map(record)),
    heal: (...names) => healNodes(instance, names.map(record)),
    changeHostKey: (name) => newHostKey(instance, record(name)),
  };
}
