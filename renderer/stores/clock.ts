import { useSyncExternalStore } from 'react';

/*
 * One ticking clock for every age on the screen. It ticks twice a second while
 * anybody shows an age, so that "4 s ago" and staleness move without any event.
 */
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const watchers = new Set<() => void>();

function tick(): void {
  nowMs = Date.now();
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === null) {
    nowMs = Date.now();
    timer = setInterval(tick, 500);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** Unix ms, at most half a second old; renders again when it moves. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}
