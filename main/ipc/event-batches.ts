import type { EventBatch } from '../../common/ipc/channels.ts';
import type { BackendEvent } from '../../common/ipc/contract.ts';

export interface BatchTimer {
  set(callback: () => void, ms: number): unknown;
  clear(handle: unknown): void;
  nowMs(): number;
}

const realTimer: BatchTimer = {
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  nowMs: () => performance.now(),
};

/** 8 Hz: quick enough to look live, slow enough that a thousand nodes cost the window little. */
export const batchEveryMs = 125;

/**
 * Gathers events and hands them over as one batch.
 *
 * The first event after a quiet time goes at once; then at most one batch each
 * 125 ms. Of views and of one run's states only the newest counts; samples all count.
 */
export class EventBatches {
  readonly #deliver: (batch: EventBatch) => void;
  readonly #timer: BatchTimer;
  #view: BackendEvent | null = null;
  #openFailed: BackendEvent | null = null;
  readonly #runs = new Map<string, BackendEvent>();
  #samples: BackendEvent[] = [];
  #pending: unknown = null;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  constructor(deliver: (batch: EventBatch) => void, timer: BatchTimer = realTimer) {
    this.#deliver = deliver;
    this.#timer = timer;
  }

  add(event: BackendEvent): void {
    switch (event.kind) {
      case 'view':
        this.#view = event;
        break;
      case 'open-failed':
        this.#openFailed = event;
        break;
      case 'run':
        this.#runs.set(event.run.id, event);
        break;
      case 'samples':
        this.#samples.push(event);
    }
    if (this.#pending !== null) return;
    const wait = Math.max(0, this.#sentAtMs + batchEveryMs - this.#timer.nowMs());
    this.#pending = this.#timer.set(() => this.#flush(), wait);
  }

  dispose(): void {
    if (this.#pending !== null) this.#timer.clear(this.#pending);
    this.#pending = null;
  }

  #flush(): void {
    this.#pending = null;
    this.#sentAtMs = this.#timer.nowMs();
    const once = [this.#openFailed, this.#view].filter((event) => event !== null);
    const batch = [...this.#runs.values(), ...once, ...this.#samples];
    this.#view = null;
    this.#openFailed = null;
    this.#runs.clear();
    this.#samples = [];
    if (batch.length > 0) this.#deliver(batch);
  }
}
