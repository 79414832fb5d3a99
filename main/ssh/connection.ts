/** One live SSH connection and its channels. */
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { OpsError } from '../../common/model/ops-error.ts';
import { plainText } from '../../common/protocol/plain-text.ts';
import { ChannelSlots } from './channel-slots.ts';
import { JoinedSignal } from './joined-signal.ts';
import { SessionChannel } from './session-channel.ts';
import { quoted, serverName } from './ssh-error.ts';
import type {
  ExecAnswer,
  HostKey,
  RemoteStream,
  SshConnection,
  SshTarget,
  StreamOutcome,
} from './transport.ts';

const usualExecTimeoutMs = 30_000;
const usualMaxBytes = 4 * 1024 * 1024;
/** Opening a channel is one round trip; a server that does not answer it in this time hangs. Unit: ms. */
const openTimeoutMs = 10_000;
/** How long a polite goodbye may take before the socket is destroyed. Unit: ms. */
const goodbyeMs = 1_000;
const stderrKept = 2_000;
/** A session refused while no other is open is asked for again, so often and after such a pause. Unit: ms. */
const aloneTries = 5;
const alonePauseMs = 100;

export class Ssh2Connection implements SshConnection {
  readonly target: SshTarget;
  readonly hostKey: HostKey;
  readonly closed: Promise<Error | null>;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #slots = new ChannelSlots();
  readonly #gone = new AbortController();
  #lastError: Error | null = null;
  #closing = false;

  constructor(target: SshTarget, hostKey: HostKey, client: Client, socket: Duplex) {
    this.target = target;
    this.hostKey = hostKey;
    this.#client = client;
    this.#socket = socket;
    client.removeAllListeners('error').on('error', (error: Error) => {
      this.#lastError = error;
    });
    this.closed = new Promise((resolve) => {
      client.removeAllListeners('close').once('close', () => {
        const why = this.#closing ? null : this.#goneError();
        this.#gone.abort(why ?? new OpsError('unreachable', `The connection to ${this.#name} was closed.`));
        resolve(why);
      });
    });
  }

  async exec(
    command: string,
    options: { stdin?: string | Buffer; timeoutMs?: number; signal?: AbortSignal; maxBytes?: number } = {},
  ): Promise<ExecAnswer> {
    const timeoutMs = options.timeoutMs ?? usualExecTimeoutMs;
    const limit = new JoinedSignal([this.#gone.signal, options.signal], {
      afterMs: timeoutMs,
      reason: () =>
        new OpsError(
          'timeout',
          `${this.#name} did not finish ${quoted(command)} within ${Math.round(timeoutMs / 100) / 10} s. ` +
            'Whether it was done is not known: it may still be running there. Observe again.',
        ),
    });
    try {
      const session = await this.#session(command, limit.signal);
      return await collect(session, options.stdin, options.maxBytes ?? usualMaxBytes, limit.signal, () =>
        this.#brokenOff(command),
      );
    } finally {
      limit.release();
    }
  }

  async stream(command: string): Promise<RemoteStream> {
    const limit = new JoinedSignal([this.#gone.signal], {
      afterMs: openTimeoutMs,
      reason: () =>
        new OpsError('timeout', `${this.#name} did not open a channel within ${openTimeoutMs / 1000} s.`),
    });
    try {
      const session = await this.#session(command, limit.signal);
      return Object.assign(session.channel, { outcome: outcomeOf(session) });
    } finally {
      limit.release();
    }
  }

  async forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new OpsError(
            'timeout',
            `${this.#name} did not reach ${plainText(host)} port ${port} within ${openTimeoutMs / 1000} s.`,
          ),
        );
      }, openTimeoutMs);
      const refuse = (error: Error): void => {
        clearTimeout(timer);
        reject(
          new OpsError(
            'unreachable',
            `${this.#name} could not open a way to ${plainText(host)} port ${port}: ${quoted(error.message)}. ` +
              'Is it up, and does the server between allow forwarding (AllowTcpForwarding)?',
            error,
          ),
        );
      };
      try {
        this.#client.forwardOut('127.0.0.1', 0, host, port, (failed, channel) => {
          clearTimeout(timer);
          if (failed) refuse(failed);
          else resolve(channel);
        });
      } catch {
        refuse(this.#goneError());
      }
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#client.end();
    const timer = setTimeout(() => this.#socket.destroy(), goodbyeMs);
    timer.unref();
    void this.closed.then(() => clearTimeout(timer));
  }

  get #name(): string {
    return serverName(this.target);
  }

  #goneError(): OpsError {
    const why = this.#lastError === null ? '' : `: ${quoted(this.#lastError.message)}`;
    return new OpsError(
      'unreachable',
      `The SSH connection to ${this.#name} ended${why}.`,
      this.#lastError ?? undefined,
    );
  }

  #brokenOff(command: string): OpsError {
    return new OpsError(
      'unreachable',
      `The connection to ${this.#name} ended before ${quoted(command)} did. Whether it was done is not known. Observe again.`,
      this.#lastError ?? undefined,
    );
  }

  /** A session channel that runs the command, as soon as the server has room for one. */
  async #session(command: string, signal: AbortSignal): Promise<SessionChannel> {
    for (let aloneRefused = 0; ; ) {
      await this.#slots.enter(signal);
      try {
        const session = await this.#open(command, signal);
        void session.closed.then(() => this.#slots.leave());
        return session;
      } catch (thrown) {
        const full = isOpenFailure(thrown) && this.#slots.refused();
        this.#slots.leave();
        // We see a session close a moment before sshd has given its place back: one that is refused all alone asks again.
        if (!full && isOpenFailure(thrown) && aloneRefused < aloneTries) {
          aloneRefused += 1;
          await pause(alonePauseMs, undefined, { signal });
          continue;
        }
        if (!full) {
          signal.throwIfAborted();
          throw thrown instanceof OpsError
            ? thrown
            : new OpsError(
                'command-failed',
                `${this.#name} did not start ${quoted(command)}: ${quoted((thrown as Error).message)}.`,
                thrown,
              );
        }
      }
    }
  }

  #open(command: string, signal: AbortSignal): Promise<SessionChannel> {
    return new Promise((resolve, reject) => {
      let abandoned = false;
      const abandon = (): void => {
        abandoned = true;
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abandon, { once: true });
      try {
        this.#client.exec(command, (failed, channel) => {
          signal.removeEventListener('abort', abandon);
          if (failed) reject(failed);
          else if (abandoned) channel.close();
          else resolve(new SessionChannel(channel));
        });
      } catch {
        signal.removeEventListener('abort', abandon);
        reject(this.#goneError());
      }
    });
  }
}

/** ssh2 marks a refused channel with the server's reason code. */
function isOpenFailure(thrown: unknown): boolean {
  return thrown instanceof Error && /Channel open failure/.test(thrown.message);
}

function collect(
  session: SessionChannel,
  stdin: string | Buffer | undefined,
  maxBytes: number,
  signal: AbortSignal,
  brokenOff: () => OpsError,
): Promise<ExecAnswer> {
  const { channel } = session;
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let bytes = 0;
    const fail = (why: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      channel.removeAllListeners('data');
      channel.stderr.removeAllListeners('data');
      // Read on and throw away, or the channel never closes.
      channel.resume();
      channel.stderr.resume();
      channel.close();
      reject(why as Error);
    };
    const onAbort = (): void => fail(signal.reason);
    const take = (into: Buffer[]) => (data: Buffer) => {
      bytes += data.length;
      if (bytes > maxBytes)
        fail(
          new OpsError('command-failed', `The command wrote more than ${maxBytes} bytes and was cut off.`),
        );
      else into.push(data);
    };
    if (signal.aborted) return fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    channel.on('data', take(out));
    channel.stderr.on('data', take(err));
    channel.on('error', fail);
    void session.closed.then(() => {
      signal.removeEventListener('abort', onAbort);
      const { code, signal: ending } = session;
      const stderr = Buffer.concat(err).toString('utf8');
      const stdout = Buffer.concat(out).toString('utf8');
      if (code !== null) resolve({ code, stdout, stderr });
      else if (ending === null) reject(brokenOff());
      else resolve({ code: signalCode(ending), stdout, stderr: `${stderr}\nended by ${plainText(ending)}` });
    });
    channel.end(stdin);
  });
}

/** As a shell tells it: 128 + the signal's number. */
function signalCode(name: string): number {
  return 128 + ((constants.signals as Record<string, number>)[name] ?? 0);
}

async function outcomeOf(session: SessionChannel): Promise<StreamOutcome> {
  let stderr = '';
  session.channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrKept);
  });
  await session.closed;
  return { code: session.code, stderr: plainText(stderr.replace(/[\r\n\t]+/g, ' ').trim()) };
}
