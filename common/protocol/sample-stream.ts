/**
 * Samples to numbered frames and back.
 *
 * The agent has one SampleStream for all its consoles: names get an index when
 * they are first seen and keep it, every second has one number (`seq`), a
 * console that joins gets `snapshot()` and then the same deltas as the others.
 * The console has one SampleReader a link; a number that is missing makes it
 * ask for a resync instead of guessing.
 */
import type { Samples } from '../model/metric.ts';
import type { AgentFrameOf } from './frames.ts';
import { protocolLimits } from './limits.ts';

export type SampleFrame = AgentFrameOf<'schema'> | AgentFrameOf<'full'> | AgentFrameOf<'delta'>;

export class SampleStream {
  readonly names: string[] = [];
  /** Names that found no place. */
  dropped = 0;
  readonly #indexOf = new Map<string, number>();
  readonly #last: (number | null)[] = [];
  #seq = 0;
  #atMs = 0;

  /** One second's samples as frames for everyone: the schema's growth, if any, then the delta. */
  push(atMs: number, samples: Samples): readonly SampleFrame[] {
    const known = this.names.length;
    for (const name of Object.keys(samples)) this.#admit(name);
    const i: number[] = [];
    const v: (number | null)[] = [];
    for (let index = 0; index < this.names.length; index += 1) {
      const value = finite(samples[this.names[index]!]);
      if (index < known && value === this.#last[index]) continue;
      this.#last[index] = value;
      i.push(index);
      v.push(value);
    }
    this.#seq += 1;
    this.#atMs = atMs;
    const delta: SampleFrame = { kind: 'delta', seq: this.#seq, atMs, i, v };
    if (this.names.length === known) return [delta];
    return [{ kind: 'schema', from: known, names: this.names.slice(known) }, delta];
  }

  /** For a console that joins or lost count: everything as of the last push. */
  snapshot(): readonly SampleFrame[] {
    return [
      { kind: 'schema', from: 0, names: [...this.names] },
      { kind: 'full', seq: this.#seq, atMs: this.#atMs, values: [...this.#last] },
    ];
  }

  /** Values as of the last push, by index. */
  latest(): readonly (number | null)[] {
    return this.#last;
  }

  #admit(name: string): void {
    if (this.#indexOf.has(name)) return;
    if (this.names.length >= protocolLimits.metricNames || name.length > protocolLimits.metricNameLength) {
      this.dropped += 1;
      return;
    }
    this.#indexOf.set(name, this.names.length);
    this.names.push(name);
    this.#last.push(null);
  }
}

export type SampleEvent =
  | { readonly kind: 'samples'; readonly atMs: number; readonly samples: Samples }
  /** Nothing to tell: a schema was noted. */
  | { readonly kind: 'none' }
  /** A number is missing: send this `resync` and wait for the full frame. Deltas until then give 'none'. */
  | { readonly kind: 'gap'; readonly expected: number; readonly got: number }
  /** The agent breaks the rules: cut it off. */
  | { readonly kind: 'broken'; readonly reason: string };

export class SampleReader {
  #names: string[] = [];
  #values: (number | null)[] = [];
  /** null until a full frame came. */
  #seq: number | null = null;
  #awaitsFull = true;

  get names(): readonly string[] {
    return this.#names;
  }

  apply(frame: SampleFrame): SampleEvent {
    switch (frame.kind) {
      case 'schema':
        return this.#schema(frame);
      case 'full':
        return this.#full(frame);
      case 'delta':
        return this.#delta(frame);
    }
  }

  #schema(frame: AgentFrameOf<'schema'>): SampleEvent {
    // From 0 begins anew; only the growth of an empty schema begins there too.
    if (frame.from === 0 && (this.#names.length > 0 || this.#awaitsFull)) {
      this.#names = [...frame.names];
      this.#values = frame.names.map(() => null);
      this.#awaitsFull = true;
      return { kind: 'none' };
    }
    if (frame.from !== this.#names.length) {
      // The frame before it is missing; what follows shows the gap too.
      if (this.#awaitsFull) return { kind: 'none' };
      this.#awaitsFull = true;
      return { kind: 'gap', expected: (this.#seq ?? 0) + 1, got: (this.#seq ?? 0) + 1 };
    }
    if (this.#names.length + frame.names.length > protocolLimits.metricNames) {
      return { kind: 'broken', reason: 'The agent names more metrics than are allowed.' };
    }
    this.#names.push(...frame.names);
    for (let more = 0; more < frame.names.length; more += 1) this.#values.push(null);
    return { kind: 'none' };
  }

  #full(frame: AgentFrameOf<'full'>): SampleEvent {
    if (frame.values.length !== this.#names.length) {
      return { kind: 'broken', reason: 'A full frame has not as many values as the schema has names.' };
    }
    this.#values = [...frame.values];
    this.#seq = frame.seq;
    this.#awaitsFull = false;
    return this.#told(frame.atMs);
  }

  #delta(frame: AgentFrameOf<'delta'>): SampleEvent {
    if (this.#awaitsFull) return { kind: 'none' };
    const expected = (this.#seq ?? 0) + 1;
    if (frame.seq !== expected) {
      this.#awaitsFull = true;
      return { kind: 'gap', expected, got: frame.seq };
    }
    for (let at = 0; at < frame.i.length; at += 1) {
      const index = frame.i[at]!;
      if (index >= this.#names.length) {
        return { kind: 'broken', reason: `A delta speaks of metric ${index}, which no schema named.` };
      }
      this.#values[index] = frame.v[at] ?? null;
    }
    this.#seq = frame.seq;
    return this.#told(frame.atMs);
  }

  #told(atMs: number): SampleEvent {
    const samples: Samples = {};
    for (let index = 0; index < this.#names.length; index += 1) {
      const value = this.#values[index];
      if (value !== null && value !== undefined) samples[this.#names[index]!] = value;
    }
    return { kind: 'samples', atMs, samples };
  }
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
