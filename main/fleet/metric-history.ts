/**
 * The live hour of one node's numbers, in memory: a ring of seconds with one
 * column a metric. Counters become rates on the way in; a gap stays a gap.
 */
import type { MetricSpec, Samples, Series } from '../../common/model/metric.ts';
import { decimate } from './decimate.ts';

/** Seconds kept; the agent holds the same hour, so that a console that connects sees the past. */
const capacity = 3600;
/** A longer silence than this is drawn as a gap, and no rate is computed across it. Unit: ms. */
const gapMs = 5000;

export class MetricHistory {
  private readonly times = new Float64Array(capacity).fill(Number.NaN);
  private readonly columns = new Map<string, Float64Array>();
  private readonly lastRaw = new Map<string, { atMs: number; value: number }>();
  private count = 0;
  private newestMs = 0;
  private newest: Samples = {};
  private readonly isCounter: (metric: string) => boolean;

  constructor(isCounter: (metric: string) => boolean) {
    this.isCounter = isCounter;
  }

  /** Samples not newer than the newest are dropped: a replay overlaps what we have. */
  append(atMs: number, samples: Samples): void {
    if (atMs <= this.newestMs) return;
    const slot = this.count % capacity;
    this.times[slot] = atMs;
    for (const column of this.columns.values()) column[slot] = Number.NaN;
    const rated: Samples = {};
    for (const [metric, raw] of Object.entries(samples)) {
      const value = this.isCounter(metric) ? this.rate(metric, atMs, raw) : raw;
      if (value === null) continue;
      rated[metric] = value;
      this.column(metric)[slot] = value;
    }
    this.count += 1;
    this.newestMs = atMs;
    this.newest = rated;
  }

  /** The newest second, counters as rates; null before the first. */
  latest(): { readonly atMs: number; readonly values: Samples } | null {
    return this.count === 0 ? null : { atMs: this.newestMs, values: this.newest };
  }

  metrics(): readonly string[] {
    return [...this.columns.keys()];
  }

  series(metric: string, unit: string, sinceMs: number, maxPoints: number): Series {
    const column = this.columns.get(metric);
    const atMs: number[] = [];
    const values: (number | null)[] = [];
    const from = Math.max(0, this.count - capacity);
    let previous = Number.NaN;
    for (let index = from; column && index < this.count; index++) {
      const at = this.times[index % capacity] ?? Number.NaN;
      if (at < sinceMs) continue;
      if (at - previous > gapMs) {
        atMs.push(previous + 1);
        values.push(null);
      }
      const value = column[index % capacity] ?? Number.NaN;
      atMs.push(at);
      values.push(Number.isNaN(value) ? null : value);
      previous = at;
    }
    return { metric, unit, ...decimate(atMs, values, maxPoints) };
  }

  private column(metric: string): Float64Array {
    const known = this.columns.get(metric);
    if (known) return known;
    const column = new Float64Array(capacity).fill(Number.NaN);
    this.columns.set(metric, column);
    return column;
  }

  /** Per second; null for the first reading, across a gap, and when the counter restarted. */
  private rate(metric: string, atMs: number, raw: number): number | null {
    const last = this.lastRaw.get(metric);
    this.lastRaw.set(metric, { atMs, value: raw });
    if (!last || atMs - last.atMs > gapMs || raw < last.value) return null;
    return ((raw - last.value) * 1000) / (atMs - last.atMs);
  }
}

/** Name without labels: `queue_messages{queue="hold"}` -> `queue_messages`. */
export function metricFamily(metric: string): string {
  const brace = metric.indexOf('{');
  return brace < 0 ? metric : metric.slice(0, brace);
}

export function counterTest(specs: readonly MetricSpec[]): (metric: string) => boolean {
  const counters = new Set(
    specs.filter((spec) => spec.type === 'counter').map((spec) => metricFamily(spec.name)),
  );
  return (metric) => counters.has(metricFamily(metric));
}
