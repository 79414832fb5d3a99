/**
 * A bare Debian server: what mmdebstrap's minbase has, systemd, a network and
 * sshd. What cannot work or would only cost time in a container is masked.
 */
import { appendFileSync, chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptProxyUrl } from './apt-cache.ts';
import type { AptMirror } from './apt-mirror.ts';
import type { Instance } from './instance.ts';
import { mustRun, untilWeEnd } from './run-command.ts';

export type DebianRelease = 12 | 13;

const suites: Readonly<Record<DebianRelease, string>> = { 12: 'bookworm', 13: 'trixie' };

export interface BaseRecipe {
  readonly version: number;
  readonly suite: string;
  /** One-line apt sources; null: mmdebstrap's own choice. */
  readonly sources: readonly string[] | null;
  readonly packages: readonly string[];
  readonly masked: readonly string[];
  readonly sshd: readonly string[];
  readonly journald: readonly string[];
  readonly dpkg: readonly string[];
}

export function baseRecipe(debian: DebianRelease, mirror: AptMirror): BaseRecipe {
  const suite = suites[debian];
  return {
    version: 2,
    suite,
    sources: mirror.sources(suite),
    packages: ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'iproute2', 'ca-certificates'],
    masked: [
      'systemd-networkd-wait-online.service', // the lab waits for sshd itself
      'console-getty.service',
      'getty@tty1.service',
      'sshd-keygen.service', // keys are the lab's, one set a node
      'systemd-firstboot.service',
      'systemd-udevd.service',
      'systemd-pstore.service',
      'apt-daily.timer',
      'apt-daily-upgrade.timer',
      'dpkg-db-backup.timer',
      'fstrim.timer',
      'e2scrub_all.timer',
      'e2scrub_reap.service',
    ],
    sshd: ['PermitRootLogin yes', 'PasswordAuthentication yes'],
    journald: ['[Journal]', 'Storage=persistent', 'SystemMaxUse=64M', 'RateLimitIntervalSec=0'],
    dpkg: ['force-unsafe-io', 'path-exclude=/usr/share/man/*', 'path-exclude=/usr/share/locale/*'],
  };
}

/** Returns the finished directory inside `dir`. */
export async function buildBase(lab: Instance, recipe: BaseRecipe, dir: string): Promise<string> {
  const root = join(dir, 'layer');
  const sources = recipe.sources ?? [];
  await mustRun(
    [
      ...untilWeEnd,
      'mmdebstrap',
      '--quiet',
      '--mode=root',
      '--format=directory',
      '--variant=minbase',
      `--include=${recipe.packages.join(',')}`,
      `--aptopt=Acquire::http::Proxy "${aptProxyUrl(lab)}"`,
      ...recipe.dpkg.map((option) => `--dpkgopt=${option}`),
      recipe.suite,
      root,
      ...sources,
    ],
    { timeoutMs: 900_000 },
  );
  chmodSync(root, 0o755);
  rmSync(join(root, 'etc/apt/apt.conf.d/99mmdebstrap'), { force: true });
  for (const name of readdirSync(join(root, 'etc/ssh'))) {
    if (name.startsWith('ssh_host_')) rmSync(join(root, 'etc/ssh', name));
  }
  const write = (path: string, lines: readonly string[]): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), `${lines.join('\n')}\n`);
  };
  write('etc/ssh/sshd_config.d/10-lab.conf', recipe.sshd);
  write('etc/systemd/journald.conf.d/10-lab.conf', recipe.journald);
  write('etc/default/locale', ['LANG=C.UTF-8']);
  write('etc/resolv.conf', ['# The lab has no name server: /etc/hosts knows all names.']);
  mkdirSync(join(root, 'var/log/journal'), { recursive: true });
  appendFileSync(join(root, 'etc/apt/apt.conf.d/80lab'), 'Acquire::Languages "none";\n');
  await mustRun(['systemctl', `--root=${root}`, 'enable', 'systemd-networkd.service', 'ssh.service']);
  await mustRun(['systemctl', `--root=${root}`, 'mask', ...recipe.masked]);
  return root;
}
