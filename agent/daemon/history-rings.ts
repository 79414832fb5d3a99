/**
 * The last hour, small enough to keep on every node: the last two minutes each
 * second, the rest each fifteen seconds, in typed arrays by metric index.
 *
 * A coarse value is the one in its fifteen seconds that lies farthest from the
 * one kept before: a short peak of a gauge stays visible, and a counter keeps
 * its last (so its rate over the stretch stays right).
 */
import type { Moment } from '../../common/protocol/history.ts';

const fineMoments = 120;
const coarseMoments = 240;
const coarseEvery = 15;

/** Makes its values when they are asked for: an hour of them at once would be most of the daemon's memory. */
class StoredMoment implements Moment {
  readonly atMs: number;
  readonly #slot: number;
  readonly #times: Float64Array;
  readonly #columns: readonly Float64Array[];

  constructor(atMs: number, slot: number, times: Float64Array, columns: readonly Float64Array[]) {
    this.atMs = atMs;
    this.#slot = slot;
    this.#times = times;
    this.#columns = columns;
  }

  get values(): readonly (number | null)[] {
    // The ring came round meanwhile: a gap, not another moment's numbers.
    if (this.#times[this.#slot] !== this.atMs) return [];
    return this.#columns.map((column) => {
      const value = column[this.#slot]!;
      return Number.isNaN(value) ? null : value;
    });
  }
}

class Ring {
  readonly size: number;
  readonly times: Float64Array;
  readonly #columns: Float64Array[] = [];
  #next = 0;

  constructor(size: number) {
    this.size = size;
    this.times = new Float64Array(size);
  }

  push(atMs: number, values: readonly (number | null)[]): void {
    while (this.#columns.length < values.length)
      this.#columns.push(new Float64Array(this.size).fill(Number.NaN));
    this.times[this.#next] = atMs;
    for (let index = 0; index < values.length; index += 1) {
      this.#columns[index]![this.#next] = values[index] ?? Number.NaN;
    }
    this.#next = (this.#next + 1) % this.size;
  }

  /** Oldest first; times strictly ascend even when the node's clock was set back. */
  *between(afterMs: number, beforeMs: number): Generator<Moment> {
    let lastMs = afterMs;
    for (let at = 0; at < this.size; at += 1) {
      const slot = (this.#next + at) % this.size;
      const atMs = this.times[slot]!;
      if (atMs === 0 || atMs <= lastMs || atMs >= beforeMs) continue;
      lastMs = atMs;
      yield new StoredMoment(atMs, slot, this.times, this.#columns);
    }
  }

  oldestMs(): number {
    const times = [...this.times].filter((atMs) => atMs > 0);
    return times.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...times);
  }
}

export class HistoryRings {
  readonly #fine = new Ring(fineMoments);
  readonly #coarse = new Ring(coarseMoments);
  #kept: (number | null)[] = [];
  #candidates: (number | null)[] = [];
  #seconds = 0;

  push(atMs: number, values: readonly (number | null)[]): void {
    this.#fine.push(atMs, values);
    for (let index = 0; index < values.length; index += 1) {
      this.#candidates[index] = farther(
        values[index] ?? null,
        this.#candidates[index] ?? null,
        this.#kept[index] ?? null,
      );
    }
    this.#seconds += 1;
    if (this.#seconds < coarseEvery) return;
    this.#coarse.push(atMs, this.#candidates);
    this.#kept = this.#candidates;
    this.#candidates = [];
    this.#seconds = 0;
  }

  /** What was sampled after `sinceMs`, oldest first: coarse, then fine. What the ring overwrites before it is read becomes a gap. */
  since(sinceMs: number): readonly Moment[] {
    const fineFromMs = this.#fine.oldestMs();
    return [
      ...this.#coarse.between(sinceMs, fineFromMs),
      ...this.#fine.between(sinceMs, Number.POSITIVE_INFINITY),
    ];
  }
}

function farther(value: number | null, candidate: number | null, kept: number | null): number | null {
  if (value === null || candidate === null || kept === null) return value ?? candidate;
  return Math.abs(value - kept) >= Math.abs(candidate - kept) ? value : candidate;
}
