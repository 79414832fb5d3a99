/** Whether this machine can run a lab: what is missing is installed where that is ours to do, else said. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ensureDebianPackages } from '../debian-packages.ts';
import { readCgroupHost } from './cgroups.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { overlayBlocker } from './node-disk.ts';
import { mustRun } from './run-command.ts';

/** Program and the Debian package that has it. */
const programs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['systemd-nspawn', 'systemd-container'],
  ['mmdebstrap', 'mmdebstrap'],
  ['apt-cacher-ng', 'apt-cacher-ng'],
  ['ip', 'iproute2'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
  ['openssl', 'openssl'],
  ['nsenter', 'util-linux'],
  ['unshare', 'util-linux'],
  ['mount', 'mount'],
];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface HostFacts {
  readonly platform: string;
  readonly uid: number;
  readonly hasCapabilities: boolean;
}

/** Why no lab can run here, or null. Packages that apt can install are no reason. */
export function hostBlocker(facts: HostFacts): string | null {
  if (facts.platform !== 'linux') {
    return `The lab boots Debian servers as Linux containers, and this is ${facts.platform}: run it on a Linux machine or VM. The simulated fleet (\`npm run demo\`) works here.`;
  }
  if (facts.uid !== 0)
    return 'The lab mounts disks and makes a network, which only root may: run it with sudo or as root.';
  if (!facts.hasCapabilities) {
    return 'This root may not mount or make networks (a container without privileges?): run on a machine, a VM, or a container started with --privileged.';
  }
  return null;
}

/** {@link hostBlocker} for this machine and this user. */
export function thisHostBlocker(): string | null {
  return hostBlocker({
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    hasCapabilities: process.platform === 'linux' && hasAdminCapabilities(),
  });
}

/** Throws: LabError saying what is missing and how to get it. */
export async function ensureHost(lab: Instance): Promise<void> {
  const blocker = thisHostBlocker();
  if (blocker) throw new LabError(blocker);
  const missing = findMissing();
  if (missing.length > 0) {
    await ensureDebianPackages(missing, 'the lab').catch((cause: Error) => {
      throw new LabError(cause.message, { cause });
    });
  }
  readCgroupHost();
  mkdirSync(lab.cacheDir, { recursive: true, mode: 0o755 });
  const disk =
    overlayBlocker(dirname(lab.stateDir), 'MAILYARD_LAB_DIR') ??
    overlayBlocker(lab.cacheDir, 'XDG_CACHE_HOME');
  if (disk) throw new LabError(disk);
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay'))
    await mustRun(['modprobe', 'overlay']);
}

function findMissing(): string[] {
  const missing = programs.filter(([program]) => !onPath(program)).map(([, name]) => name);
  if (!existsSync(keyring)) missing.push('debian-archive-keyring');
  return [...new Set(missing)];
}

function onPath(program: string): boolean {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return places.some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** CAP_NET_ADMIN (12) and CAP_SYS_ADMIN (21) in the effective set. */
function hasAdminCapabilities(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const wanted = (1n << 12n) | (1n << 21n);
  return (BigInt(`0x${effective}`) & wanted) === wanted;
}
