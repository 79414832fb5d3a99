/** What went wrong while connecting, as a sentence that helps. */
import { OpsError } from '../../common/model/ops-error.ts';
import { plainText } from '../../common/protocol/plain-text.ts';
import type { Login } from './login.ts';
import type { SshTarget } from './transport.ts';

/** How far a connect came; what a timeout or a cut means depends on it. */
export type ConnectStage = 'reaching' | 'greeting' | 'key exchange' | 'login';

/** `mx1.example.org`, or with its port when that is not 22. */
export function serverName(target: Pick<SshTarget, 'host' | 'port'>): string {
  const host = plainText(target.host);
  return target.port === 22 ? host : `${host} port ${target.port}`;
}

/** Text from the other machine for a message: plain, one line, short. */
export function quoted(text: string): string {
  const plain = plainText(text.replace(/[\r\n\t]+/g, ' ').trim());
  return `"${plain.length > 200 ? `${plain.slice(0, 200)}…` : plain}"`;
}

export function timeoutError(target: SshTarget, stage: ConnectStage, timeoutMs: number): OpsError {
  const seconds = `${Math.round(timeoutMs / 100) / 10} s`;
  const name = serverName(target);
  const sentences: Record<ConnectStage, string> = {
    reaching: `${name} did not answer within ${seconds}. It may be down, or a firewall drops the packets.`,
    greeting: `${name} took the connection but sent no SSH greeting within ${seconds}. It may be hung or overloaded, or no SSH server listens there.`,
    'key exchange': `${name} greeted but did not finish the key exchange within ${seconds}. It may be hung or overloaded.`,
    login: `${name} did not finish the login within ${seconds}. Its host key is the right one; PAM, DNS or the disk of the server may hang.`,
  };
  return new OpsError('timeout', sentences[stage]);
}

export function loginError(target: SshTarget, login: Login, notes: readonly string[]): OpsError {
  const name = serverName(target);
  const tried = login.tried.length === 0 ? 'Nothing could be tried' : `Tried: ${login.tried.join(', ')}`;
  const offered =
    login.offered === null || login.offered.length === 0
      ? ''
      : ` The server takes: ${login.offered
          .map((method) => plainText(method).slice(0, 40))
          .slice(0, 8)
          .join(', ')}.`;
  const partial = login.partial ? ' One step was accepted, and it wants another one.' : '';
  const more = notes.length === 0 ? '' : ` ${notes.join(' ')}`;
  return new OpsError(
    'access-denied',
    `${name} does not let ${plainText(target.user)} in. ${tried}.${offered}${partial}${more}`,
  );
}

/** Nothing to show to the server at all: said before connecting. */
export function noCredentialsError(target: SshTarget, notes: readonly string[]): OpsError {
  const why = notes.length === 0 ? 'No key, agent or password is configured.' : notes.join(' ');
  return new OpsError(
    'access-denied',
    `Cannot log in to ${serverName(target)} as ${plainText(target.user)}. ${why}`,
  );
}

interface RawError extends Error {
  readonly code?: string | number;
  readonly level?: string;
}

/** An error event of ssh2 or its socket. */
export function connectError(target: SshTarget, stage: ConnectStage, thrown: unknown): OpsError {
  if (thrown instanceof OpsError) return thrown;
  const error = thrown as RawError;
  const name = serverName(target);
  switch (error.code ?? '') {
    case 'ECONNREFUSED':
      return new OpsError(
        'unreachable',
        `${name} refused the connection: the machine is up, but nothing listens on port ${target.port}. Is sshd running?`,
        error,
      );
    case 'ENOTFOUND':
    case 'EAI_NONAME':
      return new OpsError(
        'unreachable',
        `The name ${plainText(target.host)} does not resolve. Check its spelling, or give its address.`,
        error,
      );
    case 'EAI_AGAIN':
      return new OpsError(
        'unreachable',
        `The name ${plainText(target.host)} could not be looked up: the resolver does not answer.`,
        error,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new OpsError(
        'unreachable',
        `There is no way to ${name}: its network cannot be reached from here.`,
        error,
      );
    case 'ETIMEDOUT':
      return new OpsError(
        'timeout',
        `${name} did not answer. It may be down, or a firewall drops the packets.`,
        error,
      );
  }
  if (/no matching .*algorithm/i.test(error.message)) {
    return new OpsError(
      'unreachable',
      `${name} and this console share no algorithm: ${quoted(error.message)}. The server is too old or too strict; Mailyard speaks curve25519 or P-256, AES-GCM or CTR, and Ed25519, ECDSA or RSA-SHA2 host keys.`,
      error,
    );
  }
  if (stage === 'greeting' && isCut(error)) {
    return new OpsError(
      'unreachable',
      `${name} closed the connection before greeting. It may be overloaded (MaxStartups) or keep this address out; try again in a moment.`,
      error,
    );
  }
  if (isCut(error)) {
    return new OpsError('unreachable', `${name} closed the connection during the ${stage}.`, error);
  }
  if (stage === 'greeting') {
    return new OpsError(
      'unreachable',
      `What answers at ${name} is not an SSH server: ${quoted(error.message)}.`,
      error,
    );
  }
  return new OpsError(
    'unreachable',
    `The SSH connection to ${name} failed during the ${stage}: ${quoted(error.message)}.`,
    error,
  );
}

/** The other side hung up, in one of the ways that ssh2 and sockets tell it. */
export function isCut(error: unknown): boolean {
  const { code, message } = error as RawError;
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /Connection lost before handshake|closed/i.test(message ?? '')
  );
}
