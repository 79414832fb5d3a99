/**
 * At most `maxPoints` points that keep every peak: each bucket gives its least
 * and its greatest value in their order of time. Gaps stay gaps.
 */
export function decimate(
  atMs: readonly number[],
  values: readonly (number | null)[],
  maxPoints: number,
): { atMs: readonly number[]; values: readonly (number | null)[] } {
  if (atMs.length <= maxPoints) return { atMs, values };
  const buckets = Math.max(1, Math.floor(maxPoints / 3));
  const outAt: number[] = [];
  const outValues: (number | null)[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * atMs.length) / buckets);
    const to = Math.floor(((bucket + 1) * atMs.length) / buckets);
    for (const index of extremes(values, from, to)) {
      outAt.push(atMs[index] as number);
      outValues.push(values[index] ?? null);
    }
  }
  return { atMs: outAt, values: outValues };
}

/** Indices, ascending, of the least, the greatest and the first gap of a stretch. */
function extremes(values: readonly (number | null)[], from: number, to: number): readonly number[] {
  let low = -1;
  let high = -1;
  let gap = -1;
  for (let index = from; index < to; index++) {
    const value = values[index] ?? null;
    if (value === null) {
      if (gap < 0) gap = index;
      continue;
    }
    if (low < 0 || value < (values[low] as number)) low = index;
    if (high < 0 || value > (values[high] as number)) high = index;
  }
  return [...new Set([low, high, gap])].filter((index) => index >= 0).sort((a, b) => a - b);
}
