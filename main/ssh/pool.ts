/**
 * One live SSH connection a node, shared by its telemetry link and by verbs.
 * Whoever asks first begins it; all who ask meanwhile wait for the same one.
 */
import type { NodeId } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { SshConnection, SshTarget, Transport } from './transport.ts';

const usualConnectTimeoutMs = 10_000;

interface Entry {
  readonly connecting: Promise<SshConnection>;
  readonly stop: AbortController;
  waiting: number;
  connected: boolean;
}

export interface ConnectionPoolOptions {
  readonly transport: Transport;
  /** Asked anew for each connect, so an edit of the fleet file counts from the next one. */
  readonly targetOf: (nodeId: NodeId) => Promise<SshTarget>;
  readonly connectTimeoutMs?: number;
}

export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #entries = new Map<NodeId, Entry>();
  #disposed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /**
   * The node's connection. A signal ends this caller's waiting; the connect itself ends when nobody waits any more.
   *
   * Throws what `Transport.connect` throws, or the signal's reason. A failure is not kept: the next caller tries anew.
   */
  async get(nodeId: NodeId, signal?: AbortSignal): Promise<SshConnection> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new OpsError('internal', 'The connections are closed: the console is closing.');
    const entry = this.#entries.get(nodeId) ?? this.#begin(nodeId);
    entry.waiting += 1;
    try {
      return await waitFor(entry.connecting, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && !entry.connected) this.#drop(nodeId, entry);
    }
  }

  /** The live connection, when there is one; begins nothing. */
  isConnected(nodeId: NodeId): boolean {
    return this.#entries.get(nodeId)?.connected ?? false;
  }

  /** Closes a node's connection, e.g. because it hangs or the node left the fleet; the next `get` makes a new one. */
  drop(nodeId: NodeId): void {
    const entry = this.#entries.get(nodeId);
    if (entry !== undefined) this.#drop(nodeId, entry);
  }

  dispose(): void {
    this.#disposed = true;
    for (const [nodeId, entry] of this.#entries) this.#drop(nodeId, entry);
  }

  #begin(nodeId: NodeId): Entry {
    const stop = new AbortController();
    const timeoutMs = this.#options.connectTimeoutMs ?? usualConnectTimeoutMs;
    const connecting = this.#options
      .targetOf(nodeId)
      .then((target) => this.#options.transport.connect(target, { timeoutMs, signal: stop.signal }));
    const entry: Entry = { connecting, stop, waiting: 0, connected: false };
    this.#entries.set(nodeId, entry);
    const forget = (): void => {
      if (this.#entries.get(nodeId) === entry) this.#entries.delete(nodeId);
    };
    connecting.then((connection) => {
      entry.connected = true;
      void connection.closed.then(forget);
    }, forget);
    return entry;
  }

  #drop(nodeId: NodeId, entry: Entry): void {
    if (this.#entries.get(nodeId) === entry) this.#entries.delete(nodeId);
    entry.stop.abort(new OpsError('unreachable', `The connect to ${nodeId} was called off.`));
    entry.connecting.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}

function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
