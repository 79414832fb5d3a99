/**
 * Slow or never? A curve of sessions that should fall to zero, judged.
 *
 * It is `stalled` when it has not reached a new low for `patienceMs`; until
 * then the expected end follows from how fast it fell over the last while.
 */
export interface CurveVerdict {
  readonly stalled: boolean;
  /** Expected end from now; null when it does not fall. */
  readonly etaMs: number | null;
  /** Unit: sessions a second, over the last `windowMs`. */
  readonly fallPerSecond: number;
}

const patienceMs = 15_000;
const windowMs = 20_000;

export function judgeCurve(points: readonly (readonly [number, number])[]): CurveVerdict {
  const last = points.at(-1);
  if (!last) return { stalled: false, etaMs: null, fallPerSecond: 0 };
  const [nowMs, now] = last;
  if (now === 0) return { stalled: false, etaMs: 0, fallPerSecond: 0 };
  let low = Number.POSITIVE_INFINITY;
  let lowSinceMs = nowMs;
  for (const [atMs, value] of points) {
    if (value < low) {
      low = value;
      lowSinceMs = atMs;
    }
  }
  const recent = points.filter(([atMs]) => nowMs - atMs <= windowMs);
  const first = recent[0] ?? last;
  const seconds = (nowMs - first[0]) / 1000;
  const fallPerSecond = seconds > 0 ? Math.max(0, (first[1] - now) / seconds) : 0;
  const stalled = nowMs - lowSinceMs >= patienceMs;
  return {
    stalled,
    fallPerSecond,
    etaMs: stalled || fallPerSecond <= 0 ? null : Math.round((now / fallPerSecond) * 1000),
  };
}
