/**
 * Which lab this is: names, places and network. There is one lab a machine,
 * `mailyard`; the lab's own tests run a second, small one beside it by setting
 * MAILYARD_LAB, so that they may crash it as they like. Each name has a network
 * of its own.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabError } from './lab-error.ts';

export interface Instance {
  readonly name: string;
  readonly bridge: string;
  /** First three octets; the lab is a /24. */
  readonly prefix: string;
  readonly hostAddress: string;
  /** In front of node names where the whole machine sees them (machine and interface names). */
  readonly machinePrefix: string;
  /** Directory name under each cgroup hierarchy. */
  readonly cgroup: string;
  /** Run state and node disks: must be a file system that overlayfs can write to. */
  readonly stateDir: string;
  readonly lockDir: string;
  /** Layers and packages, kept between labs and shared by all of them. */
  readonly cacheDir: string;
  readonly aptPort: number;
}

export function readInstance(env: NodeJS.ProcessEnv = process.env): Instance {
  const name = env['MAILYARD_LAB'] ?? 'mailyard';
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name)) {
    throw new LabError(`MAILYARD_LAB is '${name}': use at most ten lower-case letters and digits.`);
  }
  const main = name === 'mailyard';
  const prefix = main ? '10.78.0' : `10.78.${thirdOctet(name)}`;
  const cacheHome = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return {
    name,
    bridge: main ? 'mailyard0' : `my${name}0`.slice(0, 15),
    prefix,
    hostAddress: `${prefix}.1`,
    machinePrefix: main ? 'my-' : `${name.slice(0, 4)}-`,
    cgroup: main ? 'mailyard-lab' : `mailyard-lab-${name}`,
    stateDir: join(env['MAILYARD_LAB_DIR'] ?? '/var/lib', main ? 'mailyard-lab' : `mailyard-lab-${name}`),
    lockDir: '/run',
    cacheDir: join(cacheHome, 'mailyard', 'lab'),
    aptPort: 3178,
  };
}

/** 1 to 250, always the same for a name. */
function thirdOctet(name: string): number {
  return 1 + (createHash('sha256').update(name).digest().readUInt16BE(0) % 250);
}
