/**
 * Connections to jump hosts, shared by all servers behind them: forwarding
 * channels are not sessions, so one connection carries a whole fleet.
 */
import type { SshConnection, SshTarget } from './transport.ts';

/** A bastion without users stays this long, for the next server behind it. Unit: ms. */
const lingerMs = 10_000;

type Connect = (
  target: SshTarget,
  options: { timeoutMs: number; signal?: AbortSignal },
) => Promise<SshConnection>;

interface Entry {
  readonly connecting: Promise<SshConnection>;
  readonly stop: AbortController;
  users: number;
  linger: NodeJS.Timeout | null;
}

export class SharedBastions {
  readonly #connect: Connect;
  readonly #entries = new Map<string, Entry>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Counts as a user until `release`. The signal ends the waiting of this caller only. */
  async get(
    target: SshTarget,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<{ connection: SshConnection; release: () => void }> {
    const key = JSON.stringify(target);
    const entry = this.#entries.get(key) ?? this.#begin(key, target, options.timeoutMs);
    entry.users += 1;
    if (entry.linger !== null) clearTimeout(entry.linger);
    entry.linger = null;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      this.#leave(key, entry);
    };
    try {
      return { connection: await unlessAborted(entry.connecting, options.signal), release };
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  dispose(): void {
    for (const [key, entry] of this.#entries) this.#end(key, entry);
  }

  #begin(key: string, target: SshTarget, timeoutMs: number): Entry {
    const stop = new AbortController();
    const connecting = this.#connect(target, { timeoutMs, signal: stop.signal });
    const entry: Entry = { connecting, stop, users: 0, linger: null };
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    connecting.then((connection) => connection.closed.then(forget), forget);
    this.#entries.set(key, entry);
    return entry;
  }

  #leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.linger = setTimeout(() => this.#end(key, entry), lingerMs);
    entry.linger.unref();
  }

  #end(key: string, entry: Entry): void {
    if (entry.linger !== null) clearTimeout(entry.linger);
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    entry.stop.abort(new Error('The jump host is not needed any more.'));
    entry.connecting.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
