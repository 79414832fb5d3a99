/**
 * The past, in bounded pieces. The agent keeps moments (a time and a value for
 * each metric index); `historyFrames` cuts them into frames that are small
 * enough, `readHistory` turns a frame back into moments for the console.
 */
import type { Samples } from '../model/metric.ts';
import type { AgentFrameOf } from './frames.ts';
import { protocolLimits } from './limits.ts';

export interface Moment {
  readonly atMs: number;
  /** By metric index; shorter than the schema when later metrics did not exist yet. null: not known. */
  readonly values: readonly (number | null)[];
}

type Series = AgentFrameOf<'history'>['series'][number];

/** Frames for these moments (ascending), one at a time so that a slow console never has all of them waiting. Always at least one, the last one says so. */
export function* historyFrames(
  moments: readonly Moment[],
  metricCount: number,
  version: number,
): Generator<AgentFrameOf<'history'>> {
  const perFrame = Math.max(
    1,
    Math.min(
      protocolLimits.historyMoments,
      Math.floor(protocolLimits.historyNumbers / Math.max(1, metricCount)),
    ),
  );
  const parts = Math.max(1, Math.ceil(moments.length / perFrame));
  for (let part = 0; part < parts; part += 1) {
    const stretch = moments.slice(part * perFrame, (part + 1) * perFrame);
    // Asked for once a frame: the agent makes them when they are asked for, to hold few at a time.
    const rows = stretch.map((moment) => moment.values);
    const series: Series[] = [];
    for (let index = 0; index < metricCount; index += 1) {
      const values = rows.map((row) => row[index] ?? null);
      if (values.every((value) => value === null)) continue;
      const first = values[0] ?? null;
      const constant = version >= 2 && values.every((value) => value === first);
      series.push(constant ? { i: index, c: first } : { i: index, v: values });
    }
    yield {
      kind: 'history',
      part,
      last: part === parts - 1,
      atMs: stretch.map((moment) => moment.atMs),
      series,
    };
  }
}

/** What a history frame tells, oldest first. `names` is the schema; an index that it does not name is left out. */
export function readHistory(
  frame: AgentFrameOf<'history'>,
  names: readonly string[],
): readonly { readonly atMs: number; readonly samples: Samples }[] {
  return frame.atMs.map((atMs, at) => {
    const samples: Samples = {};
    for (const series of frame.series) {
      const name = names[series.i];
      const value = 'c' in series ? series.c : series.v[at];
      if (name !== undefined && value !== null && value !== undefined) samples[name] = value;
    }
    return { atMs, samples };
  });
}
