/**
 * The one place that makes an ssh2 Client. It logs in over a given byte stream
 * and answers with the client, or throws a sentence.
 *
 * Three traps of ssh2 are closed here:
 *  - Any return value of `hostVerifier` but undefined or false accepts the key (a Promise, too), and without
 *    a verifier every key is taken. Ours has a block body, returns nothing, and answers by the callback.
 *  - Without TCP_NODELAY a round trip costs 43 ms in Electron instead of 0.4.
 *  - It never gives up by itself on a peer that hangs after the login.
 */
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { OpsError } from '../../common/model/ops-error.ts';
import { ciphers, hostKeyAlgorithms, kexAlgorithms, macs } from './algorithms.ts';
import type { Credentials } from './credentials.ts';
import { describeHostKey } from './fingerprint.ts';
import { type HostKeyError, hostKeyRefusal } from './host-key-error.ts';
import { judgeHostKey, type KnownHostsLine, recordedTypes } from './known-hosts.ts';
import { Login } from './login.ts';
import {
  type ConnectStage,
  connectError,
  isCut,
  loginError,
  quoted,
  serverName,
  timeoutError,
} from './ssh-error.ts';
import type { HostKey, SshTarget } from './transport.ts';

/** A backstop behind the link's own heartbeats, for connections that carry verbs only. Unit: ms. */
const keepaliveIntervalMs = 15_000;

/** The server hung up before it said anything, as sshd beyond MaxStartups does: worth another try. */
export class DroppedBeforeGreeting extends OpsError {}

export interface LoginOptions {
  readonly target: SshTarget;
  /** Connected or connecting; destroyed when the login fails. */
  readonly socket: Duplex;
  readonly knownHosts: readonly KnownHostsLine[];
  readonly credentials: Credentials;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface LoggedIn {
  readonly client: ssh2.Client;
  readonly hostKey: HostKey;
}

/**
 * Verifies the host key, then logs in.
 *
 * Throws: HostKeyError (nothing but the key exchange was sent), OpsError 'unreachable' | 'access-denied' |
 * 'timeout', or the signal's reason.
 */
export function logIn(options: LoginOptions): Promise<LoggedIn> {
  const { target, socket, knownHosts, credentials, timeoutMs, signal } = options;
  const name = target.knownAs ?? target.host;
  const port = target.knownAs === undefined ? target.port : 22;
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const notes = [...credentials.notes];
    let stage: ConnectStage = target.jump === null ? 'reaching' : 'greeting';
    let heard = '';
    let hostKey: HostKey | null = null;
    let refusal: HostKeyError | null = null;
    let keyProven = false;
    let settled = false;
    const login = new Login(target.user, credentials.usable, () => hostKey !== null && keyProven);

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('data', onFirstBytes);
      return true;
    };
    const fail = (why: unknown): void => {
      if (!settle()) return;
      // Errors that still come are echoes of this end.
      client.on('error', () => {});
      client.end();
      socket.destroy();
      reject(why as Error);
    };
    const onAbort = (): void => fail(signal?.reason);
    const timer = setTimeout(() => {
      const notSsh = stage === 'greeting' && heard !== '';
      fail(
        notSsh
          ? connectError(target, stage, new Error(firstLine(heard)))
          : timeoutError(target, stage, timeoutMs),
      );
    }, timeoutMs);
    const onFirstBytes = (data: Buffer): void => {
      if (stage === 'greeting' || stage === 'reaching') {
        heard = (heard + data.toString('latin1')).slice(0, 4096);
        stage = /^SSH-/m.test(heard) ? 'key exchange' : 'greeting';
      }
      if (stage === 'key exchange') socket.off('data', onFirstBytes);
    };

    client.on('connect', () => {
      if (stage === 'reaching') stage = 'greeting';
    });
    client.on('handshake', () => {
      // On a re-exchange this comes again; the verifier has compared the key by then.
      keyProven = true;
      stage = 'login';
    });
    client.on('error', (error: Error & { level?: string }) => {
      if (refusal !== null) return fail(refusal);
      if (error.level === 'agent') {
        notes.push(`ssh-agent could not be used: ${quoted(error.message)}.`);
        return;
      }
      if (error.level === 'client-authentication' && stage === 'login')
        return fail(loginError(target, login, notes));
      fail(explain(error));
    });
    client.on('change password', () => {
      fail(
        new OpsError(
          'access-denied',
          `${serverName(target)} wants ${target.user} to set a new password. Log in once by ssh and set it, then try again.`,
        ),
      );
    });
    client.on('close', () => {
      fail(refusal ?? explain(new Error('Connection closed')));
    });
    client.on('ready', () => {
      if (hostKey === null || !keyProven)
        return fail(new OpsError('internal', 'Logged in without a verified host key.'));
      if (!settle()) return;
      client.setNoDelay(true);
      resolve({ client, hostKey });
    });

    const explain = (error: Error): OpsError => {
      if (stage === 'login') {
        // sshd hangs up after MaxAuthTries: what was tried matters more than how the socket ended.
        const denied = loginError(target, login, notes);
        if (isCut(error) || /too many authentication failures/i.test(error.message)) {
          return new OpsError('access-denied', `${denied.message} Then it closed the connection.`, error);
        }
      }
      const said = stage === 'greeting' && heard !== '' ? new Error(firstLine(heard)) : error;
      const explained = connectError(target, stage, said);
      return stage === 'greeting' && heard === '' && isCut(error)
        ? new DroppedBeforeGreeting(explained.problem, explained.message, error)
        : explained;
    };

    if (signal?.aborted === true) return fail(signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      client.connect({
        sock: socket as never,
        username: target.user,
        readyTimeout: 0,
        keepaliveInterval: keepaliveIntervalMs,
        keepaliveCountMax: 3,
        algorithms: {
          kex: kexAlgorithms,
          cipher: ciphers,
          hmac: macs,
          compress: ['none'],
          serverHostKey: hostKeyAlgorithms(recordedTypes(knownHosts, name, port)),
        },
        hostVerifier: (blob: Buffer, verify: (accepted: boolean) => void): void => {
          const shown = describeHostKey(blob);
          if (hostKey !== null) {
            // A later key exchange on the same connection: the very same key, or nothing.
            verify(shown.key === hostKey.key);
            return;
          }
          refusal = hostKeyRefusal(judgeHostKey(knownHosts, name, port, shown.key), shown, {
            host: name,
            port,
            knownHostsFile: target.knownHostsFiles[0] ?? null,
          });
          if (refusal === null) hostKey = shown;
          verify(refusal === null);
        },
        authHandler: (offered, partial, next): void => {
          next(login.next(offered, partial) as never);
        },
      });
      socket.on('data', onFirstBytes);
    } catch (thrown) {
      fail(connectError(target, stage, thrown));
    }
  });
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
