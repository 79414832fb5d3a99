/**
 * One time cursor across all charts of a page. Moving it renders no chart: the
 * line is a CSS variable on the page, the readouts subscribe to the time alone.
 */
import { create } from 'zustand';

interface CursorStore {
  /** Unix ms under the pointer; null when it is elsewhere. */
  readonly atMs: number | null;
  set(atMs: number | null): void;
}

export const useCursor = create<CursorStore>((set) => ({ atMs: null, set: (atMs) => set({ atMs }) }));

/** Index of the point nearest to a time, by bisection; -1 when there is none. */
export function nearestIndex(atMs: readonly number[], wantedMs: number): number {
  if (atMs.length === 0) return -1;
  let low = 0;
  let high = atMs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((atMs[middle] as number) <= wantedMs) low = middle;
    else high = middle;
  }
  return wantedMs - (atMs[low] as number) <= (atMs[high] as number) - wantedMs ? low : high;
}
