import type { Progress } from '../../common/model/run.ts';

export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

export interface ProgressShape {
  readonly points: readonly CurvePoint[];
  /** From the last point to zero; empty when no end is in sight. */
  readonly expected: readonly CurvePoint[];
  readonly last: CurvePoint | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly high: number;
}

const mostPoints = 150;

/** What the curve draws: at most 150 points, the last one always, and the way to zero where one is expected. */
export function progressShape(progress: Progress): ProgressShape {
  const all = progress.points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value));
  const every = Math.ceil(all.length / mostPoints);
  const points = all
    .filter((_point, index) => index % every === 0 || index === all.length - 1)
    .map(([at, value]) => ({ at, value }));
  const last = points.at(-1) ?? null;
  const fromMs = points[0]?.at ?? 0;
  const endMs = last && progress.etaMs !== null && !progress.stalled ? last.at + progress.etaMs : null;
  const expected = last && endMs !== null && last.value > 0 ? [last, { at: endMs, value: 0 }] : [];
  const high = Math.max(1, ...points.map((point) => point.value)) * 1.08;
  return { points, expected, last, fromMs, toMs: Math.max(endMs ?? 0, last?.at ?? 0, fromMs + 1000), high };
}
