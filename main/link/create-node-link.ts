/**
 * One node's link: try, talk, fall silent, try again. The states are named in
 * common/model/link.ts; what is said while it is live is conversation.ts.
 */
import type { NodeId } from '../../common/model/fleet.ts';
import type { LinkState, LinkStatus } from '../../common/model/link.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import { closeCodes } from '../../common/protocol/limits.ts';
import type { SshConnection } from '../ssh/transport.ts';
import { type BackoffShape, backoffMs, linkBackoff } from './backoff.ts';
import { Conversation, type Ending, type KnownPast } from './conversation.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';
import { connectEnding, socketEnding } from './link-ending.ts';
import type { NodeLink, NodeLinkListener } from './node-link.ts';
import type { SelfWatch } from './self-watch.ts';
import { TelemetrySocket } from './telemetry-socket.ts';

/** What a link needs of the connection pool. */
export interface LinkConnections {
  get(nodeId: NodeId, signal?: AbortSignal): Promise<SshConnection>;
  drop(nodeId: NodeId): void;
}

export interface NodeLinkOptions {
  readonly nodeId: NodeId;
  readonly connections: LinkConnections;
  readonly listener: NodeLinkListener;
  readonly consoleVersion: string;
  readonly selfWatch?: Pick<SelfWatch, 'heard' | 'silent' | 'forget' | 'stalled'>;
  readonly backoff?: BackoffShape;
  /** From the channel to the first full picture. Unit: ms. */
  readonly syncTimeoutMs?: number;
}

/** A link that was live this long starts its back-off anew. Unit: ms. */
const provenMs = 5_000;
/** `lastHeartbeatMs` is told this often while nothing else changes. Unit: ms. */
const tellEveryMs = 1_000;

export function createNodeLink(options: NodeLinkOptions): NodeLink {
  return new Link(options);
}

class Link implements NodeLink {
  readonly nodeId: NodeId;
  readonly #options: NodeLinkOptions;
  readonly #ended = new AbortController();
  #status: LinkStatus;
  #known: KnownPast | null = null;
  #failures = 0;
  #started = false;
  /** Ends the wait between two tries. */
  #wake: (() => void) | null = null;
  #toldAtMs = 0;

  constructor(options: NodeLinkOptions) {
    this.#options = options;
    this.nodeId = options.nodeId;
    this.#status = {
      state: 'idle',
      sinceMs: Date.now(),
      reason: '',
      problem: null,
      lastHeartbeatMs: null,
      retryAtMs: null,
    };
  }

  get status(): LinkStatus {
    return this.#status;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#run();
  }

  retry(): void {
    this.#failures = 0;
    this.#wake?.();
  }

  dispose(): void {
    this.#ended.abort(new OpsError('unreachable', 'The link was closed.'));
    this.#wake?.();
    this.#options.selfWatch?.forget(this.nodeId);
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#become('connecting', '', null);
      const ending = await this.#attempt();
      if (this.#ended.signal.aborted) return;
      this.#failures += 1;
      const waitMs = ending.refused ? null : backoffMs(this.#failures, this.#options.backoff ?? linkBackoff);
      const retryAtMs = waitMs === null ? null : Date.now() + waitMs;
      this.#become(ending.refused ? 'refused' : 'lost', ending.reason, ending.problem, retryAtMs);
      if (ending.refused) this.#options.selfWatch?.forget(this.nodeId);
      else this.#options.selfWatch?.silent(this.nodeId);
      await this.#wait(waitMs);
    }
  }

  /** From the connect to the end of the link, whatever that was. Never throws. */
  async #attempt(): Promise<Ending> {
    let connection: SshConnection;
    try {
      connection = await this.#options.connections.get(this.nodeId, this.#ended.signal);
    } catch (thrown) {
      return connectEnding(thrown);
    }
    try {
      const stream = await connection.stream('telemetry');
      return await new Promise<Ending>((resolve) => this.#talk(stream, resolve));
    } catch (thrown) {
      const ending = connectEnding(thrown);
      // The connection was reused and does not even open a channel: it hangs, the next try needs a new one.
      if (ending.problem === 'timeout') this.#options.connections.drop(this.nodeId);
      return ending;
    }
  }

  #talk(stream: Awaited<ReturnType<SshConnection['stream']>>, done: (ending: Ending) => void): void {
    const { nodeId, listener, selfWatch } = this.#options;
    let liveAt: number | null = null;
    let ending: Ending | null = null;
    let watch: HeartbeatWatch | null = null;

    const finish = (why: Ending): void => {
      ending ??= why;
      clearTimeout(syncTimer);
      watch?.dispose();
      this.#ended.signal.removeEventListener('abort', onDispose);
      this.#known = conversation.known;
      if (liveAt !== null && performance.now() - liveAt >= provenMs) this.#failures = 0;
      done(ending);
    };
    const hangUp = (why: Ending, code: number): void => {
      if (ending !== null) return;
      ending = why;
      socket.close(code, why.reason);
    };
    const onDispose = (): void => {
      hangUp({ refused: false, problem: 'unreachable', reason: 'The link was closed.' }, 1000);
    };
    const act = (heard: ReturnType<Conversation['hear']>): void => {
      for (const frame of heard.send) socket.send(frame);
      if (heard.end !== null) {
        hangUp(heard.end, closeCodes.badFrame);
        return;
      }
      watch?.heard();
      this.#heartbeat();
      if (!heard.synced) return;
      clearTimeout(syncTimer);
      liveAt = performance.now();
      this.#become('live', '', null);
      selfWatch?.heard(nodeId);
      watch = new HeartbeatWatch({
        onSuspect: ({ silentMs }) => {
          this.#become('suspect', `${nodeId} has said nothing for ${(silentMs / 1000).toFixed(1)} s.`, null);
          selfWatch?.silent(nodeId);
        },
        onBack: () => {
          this.#become('live', '', null);
          selfWatch?.heard(nodeId);
        },
        onLost: ({ silentMs }) => {
          const silent = `${nodeId} has said nothing for ${Math.round(silentMs / 1000)} s, so its link was given up.`;
          hangUp({ refused: false, problem: 'timeout', reason: silent }, 1000);
        },
        onOwnStall: (lateMs) => selfWatch?.stalled(lateMs),
      });
    };

    const conversation = new Conversation({
      nodeName: nodeId,
      consoleVersion: this.#options.consoleVersion,
      known: this.#known,
      listener,
    });
    const syncTimeoutMs = this.#options.syncTimeoutMs ?? 10_000;
    const syncTimer = setTimeout(() => {
      const late = `The agent of ${nodeId} did not send its first picture within ${syncTimeoutMs / 1000} s; it may hang.`;
      hangUp({ refused: false, problem: 'timeout', reason: late }, 1000);
    }, syncTimeoutMs);
    this.#ended.signal.addEventListener('abort', onDispose, { once: true });
    this.#become('syncing', '', null);
    const socket = new TelemetrySocket(stream, {
      open: () => {},
      text: (text) => {
        if (ending === null) act(conversation.hear(text));
      },
      binary: () => {
        if (ending === null) act(conversation.hearBinary());
      },
      end: (end) => finish(ending ?? socketEnding(end, nodeId)),
    });
  }

  #heartbeat(): void {
    const nowMs = Date.now();
    this.#status = { ...this.#status, lastHeartbeatMs: nowMs };
    if (this.#status.state !== 'live' || nowMs - this.#toldAtMs < tellEveryMs) return;
    this.#toldAtMs = nowMs;
    this.#options.listener.status(this.#status);
  }

  #become(state: LinkState, reason: string, problem: string | null, retryAtMs: number | null = null): void {
    if (this.#ended.signal.aborted) return;
    const nowMs = Date.now();
    const sinceMs = state === this.#status.state ? this.#status.sinceMs : nowMs;
    this.#status = { ...this.#status, state, sinceMs, reason, problem, retryAtMs };
    this.#toldAtMs = nowMs;
    this.#options.listener.status(this.#status);
  }

  /** Until the time is up, or `retry`; null: until `retry`. */
  #wait(ms: number | null): Promise<void> {
    return new Promise<void>((resolve) => {
      const done = (): void => {
        if (timer !== null) clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = ms === null ? null : setTimeout(done, ms);
      this.#wake = done;
    });
  }
}
