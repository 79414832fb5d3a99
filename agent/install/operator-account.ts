/**
 * The operators' group, the daemon's account and the operator's account: key
 * only, and behind the gate for as long as it is in the group.
 */
import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbHost } from '../../common/roles/host.ts';
import { accountId } from '../host/account-ids.ts';
import { must } from './must.ts';
import type { UndoStack } from './undo-stack.ts';

export const operatorsGroup = 'mailyard-ops';
export const daemonUser = 'mailyard';

export async function ensureAccounts(host: VerbHost, undo: UndoStack): Promise<void> {
  if (!exists('group', operatorsGroup)) {
    await must(host, ['groupadd', '--system', operatorsGroup]);
    undo.push(`group ${operatorsGroup}`, () => must(host, ['groupdel', operatorsGroup]));
  }
  if (!exists('passwd', daemonUser)) {
    await must(host, [
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      '--comment',
      'Mailyard agent',
      daemonUser,
    ]);
    undo.push(`user ${daemonUser}`, () => must(host, ['userdel', daemonUser]));
  }
}

export async function ensureOperator(
  host: VerbHost,
  undo: UndoStack,
  user: string,
  publicKey: string,
): Promise<void> {
  if (!exists('passwd', user)) {
    await must(host, [
      'useradd',
      '--create-home',
      '--shell',
      '/bin/sh',
      '--groups',
      operatorsGroup,
      '--comment',
      'Mailyard operator',
      '--password',
      '*',
      user,
    ]);
    undo.push(`user ${user}`, () => must(host, ['userdel', '--force', '--remove', user]));
    host.output(`made the account ${user}`);
  } else if (accountId('passwd', user) < 1000 || !isOperator(await host.readFile('/etc/group'), user)) {
    // An account of somebody else would lose its shell by joining the group.
    throw new OpsError(
      'bad-input',
      `There is already an account ${user} on this server that is not Mailyard's. Choose another ssh.user in the fleet file.`,
    );
  }
  await authorize(host, undo, user, publicKey);
}

async function authorize(host: VerbHost, undo: UndoStack, user: string, publicKey: string): Promise<void> {
  const fields = ((await host.readFile('/etc/passwd')) ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  const [, , , group, , home] = fields ?? [];
  if (group === undefined || !home)
    throw new OpsError('internal', `The account ${user} has no home directory.`);
  const path = `${home}/.ssh/authorized_keys`;
  const before = (await host.readFile(path)) ?? '';
  const [type, key] = publicKey.split(' ');
  if (before.includes(`${type} ${key}`)) return;
  await host.makeDirectory(`${home}/.ssh`, { mode: 0o700, owner: user, group });
  const options = { mode: 0o600, owner: user, group };
  undo.push(path, () => (before === '' ? host.remove(path) : host.writeFile(path, before, options)));
  const kept = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  await host.writeFile(path, `${kept}restrict ${publicKey.trim()}\n`, options);
  host.output(`authorized the console's key for ${user}`);
}

function isOperator(groups: string | null, user: string): boolean {
  const line = (groups ?? '').split('\n').find((each) => each.startsWith(`${operatorsGroup}:`));
  return line?.split(':')[3]?.split(',').includes(user) === true;
}

function exists(kind: 'passwd' | 'group', name: string): boolean {
  try {
    accountId(kind, name);
    return true;
  } catch {
    return false;
  }
}
