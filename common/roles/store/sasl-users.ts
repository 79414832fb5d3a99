/**
 * Accounts in /etc/sasldb2 on the node. Each side of a pair has its own file:
 * Cyrus replicates mailboxes, not passwords.
 */
import { OpsError } from '../../model/ops-error.ts';
import type { VerbHost } from '../host.ts';

export const sasldbPath = '/etc/sasldb2';

/** `ann@yard.test` -> name `ann`, realm `yard.test`; Cyrus's own accounts (`cyrus`, `repl`) are of the node's realm. */
export function splitUser(
  user: string,
  nodeRealm: string,
): { readonly name: string; readonly realm: string } {
  const at = user.lastIndexOf('@');
  return at < 0 ? { name: user, realm: nodeRealm } : { name: user.slice(0, at), realm: user.slice(at + 1) };
}

/** `db_dump -p` of sasldb: `name\00realm\00userPassword`, then the password, each with a space before. */
export function parseSasldb(dump: string): ReadonlyMap<string, string> {
  const passwords = new Map<string, string>();
  const lines = dump.split('\n').filter((line) => line.startsWith(' '));
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [name, realm, what] = (lines[index] ?? '').slice(1).split('\\00');
    if (name === undefined || realm === undefined || what !== 'userPassword') continue;
    passwords.set(`${unescaped(name)}@${unescaped(realm)}`, unescaped((lines[index + 1] ?? '').slice(1)));
  }
  return passwords;
}

/** db_dump writes what is not printable, and the backslash, as `\xx` in hex. */
function unescaped(text: string): string {
  return text.replace(/\\(\\|[0-9a-f]{2})/g, (_whole, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

export async function readPasswords(host: VerbHost): Promise<ReadonlyMap<string, string>> {
  if ((await host.stat(sasldbPath)) === null) return new Map();
  const dump = await host.exec(['db_dump', '-p', sasldbPath], { timeoutMs: 10_000 });
  if (dump.code !== 0)
    throw new OpsError('command-failed', `${sasldbPath} cannot be read: ${dump.stderr.slice(0, 300)}`);
  return parseSasldb(dump.stdout);
}

export async function setPassword(
  host: VerbHost,
  user: { name: string; realm: string },
  password: string,
): Promise<void> {
  const done = await host.exec(['saslpasswd2', '-p', '-c', '-u', user.realm, user.name], {
    stdin: password,
    timeoutMs: 10_000,
  });
  if (done.code !== 0) {
    throw new OpsError(
      'command-failed',
      `The password of ${user.name}@${user.realm} could not be set: ${done.stderr.slice(0, 300)}`,
    );
  }
}
