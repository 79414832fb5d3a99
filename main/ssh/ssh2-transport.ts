/** The Transport over ssh2: pacing, jump hosts and credentials around the one connect wrapper. */
import { connect as connectTcp, type Socket } from 'node:net';
import { DroppedBeforeGreeting, logIn } from './connect.ts';
import { Ssh2Connection } from './connection.ts';
import { CredentialLoader, type Credentials } from './credentials.ts';
import { JoinedSignal } from './joined-signal.ts';
import { readKnownHosts } from './known-hosts-file.ts';
import { ConnectPacer } from './pacing.ts';
import { SharedBastions } from './shared-bastions.ts';
import { noCredentialsError } from './ssh-error.ts';
import type { SshConnection, SshTarget, Transport } from './transport.ts';

interface ConnectOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Tries after sshd hung up without a word (MaxStartups); between them 0.2-0.6 s, then 0.4-1.2 s. */
const triesWhenDropped = 3;

export class Ssh2Transport implements Transport {
  readonly #pacer: ConnectPacer;
  readonly #credentials = new CredentialLoader();
  readonly #bastions = new SharedBastions((target, options) => this.#connectOwn(target, options));
  readonly #open = new Set<SshConnection>();
  readonly #ended = new AbortController();

  constructor(pacer: ConnectPacer = new ConnectPacer()) {
    this.#pacer = pacer;
  }

  connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    return this.#connectOwn(target, options);
  }

  dispose(): void {
    this.#ended.abort(new Error('The console is closing.'));
    this.#bastions.dispose();
    for (const connection of this.#open) connection.close();
  }

  async #connectOwn(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    const limit = new JoinedSignal([this.#ended.signal, options.signal]);
    const { signal } = limit;
    try {
      signal.throwIfAborted();
      const credentials = await this.#credentials.load(target.auth);
      if (credentials.usable.length === 0) throw noCredentialsError(target, credentials.notes);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#tryOnce(target, credentials, { ...options, signal });
        } catch (thrown) {
          if (!(thrown instanceof DroppedBeforeGreeting) || attempt >= triesWhenDropped) throw thrown;
          await pause(attempt * (200 + Math.random() * 400), signal);
        }
      }
    } finally {
      limit.release();
    }
  }

  async #tryOnce(
    target: SshTarget,
    credentials: Credentials,
    options: ConnectOptions,
  ): Promise<SshConnection> {
    // The bastion comes first, outside the pacing: a connect that waits for another connect must not hold a place.
    const bastion = target.jump === null ? null : await this.#bastions.get(target.jump, options);
    try {
      return await this.#pacer.run(pacingKey(target), options.signal, async () => {
        const knownHosts = await readKnownHosts(target.knownHostsFiles);
        const socket =
          bastion === null ? openTcp(target) : await bastion.connection.forward(target.host, target.port);
        const { client, hostKey } = await logIn({ target, socket, knownHosts, credentials, ...options });
        const connection = new Ssh2Connection(target, hostKey, client, socket);
        this.#open.add(connection);
        void connection.closed.then(() => {
          this.#open.delete(connection);
          bastion?.release();
        });
        return connection;
      });
    } catch (thrown) {
      bastion?.release();
      throw thrown;
    }
  }
}

function openTcp(target: SshTarget): Socket {
  const socket = connectTcp({ host: target.host, port: target.port, noDelay: true, keepAlive: true });
  // Until ssh2 listens; an error event without a listener ends the process.
  socket.on('error', () => {});
  return socket;
}

/** Connects are counted where they arrive first: at the outermost bastion, else at the server. */
function pacingKey(target: SshTarget): string {
  let first = target;
  while (first.jump !== null) first = first.jump;
  return `${first.host}:${first.port}${first === target ? '' : ' through'}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
