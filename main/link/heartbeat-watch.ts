/**
 * Silence of one agent, by deadline: suspect when three heartbeats are missing,
 * lost a while later. One timer, armed for the next deadline only.
 *
 * A timer that comes late tells on ourselves: our loop stalled, and what the
 * node sent meanwhile is still unread in the socket. That time is not held
 * against the node.
 */
import { heartbeatIntervalMs } from '../../common/protocol/limits.ts';

export const suspectAfterMs = 3 * heartbeatIntervalMs;
export const lostAfterMs = 6_000;

/** A timer this late is our own doing. Unit: ms. */
const ownStallMs = 150;

export interface Silence {
  /** Since the last word. Unit: ms. */
  readonly silentMs: number;
}

export interface HeartbeatWatchOptions {
  onSuspect(silence: Silence): void;
  onLost(silence: Silence): void;
  /** Spoke again after it was suspect. */
  onBack(): void;
  /** Our own timers came this late. */
  onOwnStall(lateMs: number): void;
  /** Monotonic. Unit: ms. */
  readonly now?: () => number;
}

export class HeartbeatWatch {
  readonly #options: HeartbeatWatchOptions;
  readonly #now: () => number;
  #heardAt: number;
  #suspect = false;
  #timer: NodeJS.Timeout;
  #dueAt: number;

  constructor(options: HeartbeatWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#heardAt = this.#now();
    this.#dueAt = this.#heardAt + suspectAfterMs;
    this.#timer = setTimeout(this.#look, suspectAfterMs);
  }

  /** Any frame is a sign of life. */
  heard(): void {
    this.#heardAt = this.#now();
    if (!this.#suspect) return;
    this.#suspect = false;
    this.#arm();
    this.#options.onBack();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#dueAt = this.#heardAt + (this.#suspect ? lostAfterMs : suspectAfterMs);
    this.#timer = setTimeout(this.#look, Math.max(0, Math.ceil(this.#dueAt - this.#now())));
  }

  readonly #look = (): void => {
    const now = this.#now();
    const lateMs = now - this.#dueAt;
    if (lateMs > ownStallMs) {
      this.#options.onOwnStall(lateMs);
      this.#heardAt = Math.min(now, this.#heardAt + lateMs + ownStallMs);
      this.#arm();
      return;
    }
    const silentMs = now - this.#heardAt;
    if (!this.#suspect && silentMs >= suspectAfterMs) {
      this.#suspect = true;
      this.#arm();
      this.#options.onSuspect({ silentMs });
      return;
    }
    if (this.#suspect && silentMs >= lostAfterMs) {
      this.#options.onLost({ silentMs });
      return;
    }
    this.#arm();
  };
}
