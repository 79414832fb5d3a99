/**
 * Takes away everything that `install` brought, for a server that was not added
 * after all. Debian packages stay. Goes on past what is not there.
 */
import { rm } from 'node:fs/promises';
import type { VerbHost } from '../../common/roles/host.ts';
import { programFiles, sshdFile, sudoersFile, unitFiles } from './installed-files.ts';
import { must } from './must.ts';
import { daemonUser, operatorComment, operatorsGroup } from './operator-account.ts';

const directories = ['/usr/lib/mailyard', '/etc/mailyard', '/var/lib/mailyard', '/run/mailyard'];

export async function uninstall(host: VerbHost): Promise<void> {
  const units = ['mailyard-agent.socket', 'mailyard-agent.service'];
  // It fails only for units that are not there.
  await host.exec(['systemctl', 'disable', '--now', '--quiet', ...units], { timeoutMs: 30_000 });
  for (const { path } of [sudoersFile, sshdFile, ...unitFiles, ...programFiles]) {
    await rm(path, { force: true });
    host.output(`removed ${path}`);
  }
  await must(host, ['systemctl', 'daemon-reload']);
  await must(host, ['/usr/sbin/sshd', '-t']);
  await must(host, ['systemctl', 'try-reload-or-restart', 'ssh.service']);
  for (const user of await operators(host)) {
    await must(host, ['userdel', '--force', '--remove', user]);
    host.output(`removed the account ${user}`);
  }
  const [users, groups] = [
    (await host.readFile('/etc/passwd')) ?? '',
    (await host.readFile('/etc/group')) ?? '',
  ];
  if (named(users, daemonUser)) await must(host, ['userdel', daemonUser]);
  if (named(groups, operatorsGroup)) await must(host, ['groupdel', operatorsGroup]);
  for (const path of directories) await rm(path, { recursive: true, force: true });
  host.output('the agent is gone');
}

/** Accounts that the install made, known by their comment. */
async function operators(host: VerbHost): Promise<readonly string[]> {
  const lines = ((await host.readFile('/etc/passwd')) ?? '').split('\n').map((line) => line.split(':'));
  return lines.filter((fields) => fields[4] === operatorComment).map((fields) => fields[0]!);
}

function named(file: string, name: string): boolean {
  return file.split('\n').some((line) => line.startsWith(`${name}:`));
}
