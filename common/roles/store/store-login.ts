import { OpsError } from '../../model/ops-error.ts';
import type { VerbHost } from '../host.ts';
import { readPasswords } from './sasl-users.ts';
import { readStoreFile, type StoreFile } from './store-file.ts';

/** Throws: OpsError 'command-failed' when the role was not provisioned here. */
export async function requireStoreFile(host: VerbHost): Promise<StoreFile> {
  const file = await readStoreFile(host);
  if (file === null) {
    throw new OpsError(
      'command-failed',
      'This node has no /etc/mailyard/store.json: install the configuration of the role store first.',
    );
  }
  return file;
}

/**
 * What to log in with on this node, from its own password file, so that no
 * password travels for a look. `cyrus` is the administrator; others are addresses.
 *
 * Throws: OpsError 'command-failed' for who has no password here.
 */
export async function loginOf(host: VerbHost, user: string): Promise<{ user: string; password: string }> {
  const { node } = await requireStoreFile(host);
  const password = (await readPasswords(host)).get(user.includes('@') ? user : `${user}@${node}`);
  if (password === undefined) {
    throw new OpsError(
      'command-failed',
      `${user} has no password on ${node}; set it with store-user-password.`,
    );
  }
  return { user, password };
}
