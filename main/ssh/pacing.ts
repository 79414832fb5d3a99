/**
 * Connects are paced: sshd drops unauthenticated connections beyond its
 * MaxStartups (10 by default), and 200 at once take three times as long as 200
 * in turn. At most 8 begin at a time at one server or bastion, 16 in all.
 */

export interface PacerLimits {
  readonly perServer: number;
  readonly inAll: number;
  /** A connect that had to wait starts up to this much later, so that they do not march in step. Unit: ms. */
  readonly jitterMs: number;
}

const usualLimits: PacerLimits = { perServer: 8, inAll: 16, jitterMs: 25 };

interface Waiter {
  readonly server: string;
  start(): void;
}

export class ConnectPacer {
  readonly #limits: PacerLimits;
  readonly #random: () => number;
  readonly #busy = new Map<string, number>();
  #running = 0;
  #waiting: Waiter[] = [];

  constructor(limits: PacerLimits = usualLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `work` when there is room. A signal ends the waiting, never the work. */
  async run<T>(server: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#room(server, signal);
    try {
      return await work();
    } finally {
      this.#leave(server);
    }
  }

  async #room(server: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#fits(server)) {
      this.#enter(server);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        server,
        start: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(waiter);
    });
    await new Promise((resolve) => setTimeout(resolve, this.#random() * this.#limits.jitterMs));
  }

  #fits(server: string): boolean {
    return this.#running < this.#limits.inAll && (this.#busy.get(server) ?? 0) < this.#limits.perServer;
  }

  #enter(server: string): void {
    this.#running += 1;
    this.#busy.set(server, (this.#busy.get(server) ?? 0) + 1);
  }

  #leave(server: string): void {
    this.#running -= 1;
    const left = (this.#busy.get(server) ?? 1) - 1;
    if (left === 0) this.#busy.delete(server);
    else this.#busy.set(server, left);
    // First come, first served, but a full server holds up only its own.
    const next = this.#waiting.find((waiter) => this.#fits(waiter.server));
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== next);
    this.#enter(next.server);
    next.start();
  }
}
