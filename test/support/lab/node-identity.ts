/** What makes a node itself: name, address, machine id, host keys, who may log in. Written once, kept over power cycles. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptProxyUrl } from './apt-cache.ts';
import { credentialPaths, passwordHash } from './credentials.ts';
import type { Instance } from './instance.ts';
import { mustRun } from './run-command.ts';

export interface Identity {
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
}

/** Returns the public host keys ('ssh-ed25519 AAAA...'). */
export async function writeIdentity(
  lab: Instance,
  root: string,
  node: Identity,
  hosts: readonly string[],
): Promise<string[]> {
  const write = (path: string, text: string, mode = 0o644): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    chmodSync(file, mode);
  };
  write('etc/hostname', `${node.name}\n`);
  write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  write(
    'etc/hosts',
    `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${hosts.map((line) => `${line}\n`).join('')}`,
  );
  // Newer than /usr, so that boot does not rebuild the linker's, journal's and users' databases.
  for (const path of ['etc/.updated', 'var/.updated']) write(path, '');
  write('etc/apt/apt.conf.d/90lab-proxy', `Acquire::http::Proxy "${aptProxyUrl(lab)}";\n`);
  write(
    'etc/systemd/network/10-host0.network',
    `[Match]\nName=host0\n\n[Link]\nMACAddress=${macOf(node.address)}\n\n[Network]\nAddress=${node.address}/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nLLDP=no\nConfigureWithoutCarrier=yes\n`,
  );
  mkdirSync(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 });
  write('root/.ssh/authorized_keys', readFileSync(credentialPaths(lab).publicKey, 'utf8'), 0o600);
  const shadow = join(root, 'etc/shadow');
  const hash = passwordHash(lab);
  // A replacement function: a crypt hash is full of '$', which a replacement string would read as patterns.
  writeFileSync(
    shadow,
    readFileSync(shadow, 'utf8').replace(/^root:[^:]*:/m, () => `root:${hash}:`),
  );
  return Promise.all(['ed25519', 'ecdsa'].map((type) => makeHostKey(root, node.name, type)));
}

/**
 * The hardware address that goes with an IP address: a node that takes a
 * removed one's place is then found at once, not when its neighbours' ARP
 * caches run out (26 to 53 s were seen).
 */
export function macOf(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return `02:4d:${octets.join(':')}`; // 02: locally administered
}

/** A new key of one type in place of the old. Returns its public part. */
export async function makeHostKey(root: string, name: string, type: string): Promise<string> {
  const file = join(root, 'etc/ssh', `ssh_host_${type}_key`);
  rmSync(file, { force: true });
  rmSync(`${file}.pub`, { force: true });
  await mustRun(['ssh-keygen', '-q', '-t', type, '-N', '', '-C', `root@${name}`, '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

/** /etc/hosts lines, full name first, so that `hostname -f` answers it. */
export function hostsLine(node: Identity): string {
  return `${node.address} ${node.fqdn} ${node.name}`;
}

export function addHostsLine(root: string, line: string): void {
  const file = join(root, 'etc/hosts');
  if (!readFileSync(file, 'utf8').split('\n').includes(line)) appendFileSync(file, `${line}\n`);
}

/** Takes a removed node's line out, so that a later node of that name or address is found. */
export function removeHostsLine(root: string, line: string): void {
  const file = join(root, 'etc/hosts');
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((other) => other !== line);
  writeFileSync(file, kept.join('\n'));
}
