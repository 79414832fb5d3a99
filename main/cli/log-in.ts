/** Reaches a server with the credentials of the command line; a key that nobody compared is never accepted. */
import type { Credentials, NewServer } from '../../common/ipc/contract.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { ServerSessions } from '../server-sessions.ts';
import type { LoginOptions } from './command-line.ts';
import { askPassword, passwordFromStdin } from './read-password.ts';

export async function credentialsFrom(login: LoginOptions, where: string): Promise<Credentials> {
  const { user, rootKey } = login;
  if (rootKey) return { kind: 'key', user, path: rootKey };
  const password = login.passwordStdin
    ? await passwordFromStdin()
    : await askPassword(`Password of ${user} on ${where}: `);
  return { kind: 'password', user, password };
}

/** Answers the session's key. Throws: OpsError 'host-key-unknown' naming the option that accepts it. */
export async function logIn(
  sessions: ServerSessions,
  server: NewServer,
  acceptHostKey: string | null,
): Promise<string> {
  const reached = await sessions.reach(server);
  if (reached.state === 'connected') return reached.serverKey;
  const { fingerprint, type, words } = reached;
  if (acceptHostKey === null) {
    sessions.forget(server.nodeId);
    throw new OpsError(
      'host-key-unknown',
      `${server.address} is not known yet. It shows the ${type} key\n  ${fingerprint}\n  ${words}\nNothing was sent to it. Compare that on the server itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then add:\n  --accept-host-key ${fingerprint}`,
    );
  }
  const accepted = await sessions.acceptHostKey(reached.serverKey, acceptHostKey);
  return accepted.serverKey;
}
