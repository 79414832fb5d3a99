/**
 * IMAP on the node itself, over Cyrus's unix socket: a few commands sent at
 * once and the whole answer read back. (Cyrus 3.10 goes astray on commands that
 * follow AUTHENTICATE in the same write; LOGIN is fine.)
 */
import { OpsError } from '../../model/ops-error.ts';
import type { VerbHost } from '../host.ts';
import { cyrusUnit, imapSocket } from './paths.ts';

export interface ImapAnswer {
  /** Lines that begin with `* `, without it. */
  readonly untagged: readonly string[];
  /** Of each command, in order: 'OK ...', 'NO ...' or 'BAD ...'. */
  readonly results: readonly string[];
}

/** A string as an IMAP quoted string. Throws: OpsError 'bad-input' for what none can hold. */
export function quoted(text: string): string {
  if (/[\r\n\0]|[^\u0020-\u007e]/.test(text)) {
    throw new OpsError('bad-input', 'Only plain ASCII without line breaks can be said to the store here.');
  }
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Logs in, says the commands, logs out.
 *
 * Throws: OpsError 'unreachable' when Cyrus does not run, 'timeout', 'access-denied', 'command-failed'
 * when it ended before all was answered.
 */
export async function askImap(
  host: VerbHost,
  login: { readonly user: string; readonly password: string },
  commands: readonly string[],
  timeoutMs = 10_000,
): Promise<ImapAnswer> {
  const lines = [`login LOGIN ${quoted(login.user)} ${quoted(login.password)}`];
  for (const [index, command] of commands.entries()) lines.push(`c${index} ${command}`);
  lines.push('bye LOGOUT', '');
  let text: string;
  try {
    text = await host.askSocket(imapSocket, lines.join('\r\n'), timeoutMs);
  } catch (thrown) {
    const error = OpsError.from(thrown);
    if (error.problem !== 'unreachable') throw error;
    throw new OpsError(
      'unreachable',
      `Cyrus does not answer on ${imapSocket}: is ${cyrusUnit} running?`,
      error,
    );
  }
  return parseImapAnswer(text, login.user, commands.length);
}

/** Throws: OpsError 'access-denied' | 'command-failed'. */
export function parseImapAnswer(text: string, user: string, commands: number): ImapAnswer {
  const untagged: string[] = [];
  const results: string[] = [];
  let loggedIn: string | null = null;
  for (const line of text.split('\r\n')) {
    if (line.startsWith('* ')) untagged.push(line.slice(2));
    else if (line.startsWith('login ')) loggedIn = line.slice('login '.length);
    else {
      const tagged = /^c(\d+) (.*)$/.exec(line);
      if (tagged !== null) results[Number(tagged[1])] = tagged[2] ?? '';
    }
  }
  if (loggedIn !== null && !loggedIn.startsWith('OK')) {
    throw new OpsError('access-denied', `Cyrus refuses ${user}: ${loggedIn.slice(0, 200)}`);
  }
  if (loggedIn === null || results.filter((result) => result !== undefined).length < commands) {
    throw new OpsError('command-failed', 'Cyrus ended the conversation before all was answered.');
  }
  return { untagged, results };
}
