/** What an agent of this version has on a node beside its bundle. */
import gate from './gate.sh?raw';
import service from './mailyard-agent.service?raw';
import socket from './mailyard-agent.socket?raw';
import sshd from './sshd.conf?raw';
import sudoers from './sudoers?raw';
import verb from './verb.sh?raw';

export interface InstalledFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export const gatePath = '/usr/lib/mailyard/gate';
export const sshdPath = '/etc/ssh/sshd_config.d/60-mailyard.conf';
export const sudoersPath = '/etc/sudoers.d/mailyard';

export const programFiles: readonly InstalledFile[] = [
  { path: gatePath, content: gate, mode: 0o755 },
  { path: '/usr/lib/mailyard/verb', content: verb, mode: 0o755 },
];

export const unitFiles: readonly InstalledFile[] = [
  { path: '/etc/systemd/system/mailyard-agent.socket', content: socket, mode: 0o644 },
  { path: '/etc/systemd/system/mailyard-agent.service', content: service, mode: 0o644 },
];

export const sudoersFile: InstalledFile = { path: sudoersPath, content: sudoers, mode: 0o440 };
export const sshdFile: InstalledFile = { path: sshdPath, content: sshd, mode: 0o644 };
