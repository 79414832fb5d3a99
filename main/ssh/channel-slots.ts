/**
 * sshd allows 10 sessions a connection (MaxSessions) and refuses the eleventh.
 * So they wait here. A server that allows fewer is believed: the limit shrinks
 * to what it held when it refused.
 */
export class ChannelSlots {
  #limit: number;
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(limit = 10) {
    this.#limit = limit;
  }

  get open(): number {
    return this.#open;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Resolves when a session may be opened. Give it back with `leave`. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#open < this.#limit && this.#waiting.length === 0) {
      this.#open += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== start);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(start);
    });
  }

  leave(): void {
    this.#open -= 1;
    while (this.#open < this.#limit && this.#waiting.length > 0) {
      this.#open += 1;
      this.#waiting.shift()!();
    }
  }

  /** The server refused one more. False: it refuses even a single one, so waiting would not help. */
  refused(): boolean {
    const others = this.#open - 1;
    if (others < 1) return false;
    this.#limit = Math.min(this.#limit, others);
    return true;
  }
}
