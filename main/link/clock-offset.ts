/**
 * The node's clock against ours. Each hello and beat carries the node's time;
 * what we see is the offset less the way it took, so the largest of the recent
 * ones is the truest. A stepped clock (NTP, an operator) starts it anew.
 */
const kept = 60;
/** Further below the best than any delay explains. Unit: ms. */
const stepMs = 1_000;
const stepsBelieved = 3;

export class ClockOffset {
  #seen: number[] = [];
  #below = 0;

  /** Node time and our time of receipt, both Unix ms. */
  observe(nodeMs: number, receivedMs: number): void {
    const offset = nodeMs - receivedMs;
    const best = this.#best();
    this.#below = best !== null && offset < best - stepMs ? this.#below + 1 : 0;
    if (this.#below >= stepsBelieved) {
      this.#seen = this.#seen.slice(-(stepsBelieved - 1));
      this.#below = 0;
    }
    this.#seen.push(offset);
    if (this.#seen.length > kept) this.#seen.shift();
  }

  /** Node's clock minus ours; 0 before anything was seen. Unit: ms. */
  get ms(): number {
    return this.#best() ?? 0;
  }

  /** A moment of the node's clock on ours. */
  toOurs(nodeMs: number): number {
    return nodeMs - this.ms;
  }

  #best(): number | null {
    return this.#seen.length === 0 ? null : Math.max(...this.#seen);
  }
}
