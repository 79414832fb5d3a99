import { setMaxListeners } from 'node:events';

/** The arithmetic of a probe: tries in, longest time without a success out. */
export interface ProbeResult {
  readonly tries: number;
  readonly failures: number;
  /** Longest time between two successes (or from the start, or to the end). Unit: ms. */
  readonly longestGapMs: number;
  /** When the longest gap began. Unit: ms since the probe's start. */
  readonly longestGapAtMs: number;
  /** Why tries failed, with how often each. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** `successesMs` are moments since the start, in any order; the probe ran from 0 to `endMs`. */
export function longestGap(successesMs: readonly number[], endMs: number): { ms: number; atMs: number } {
  const moments = [0, ...successesMs.toSorted((a, b) => a - b), endMs];
  let longest = { ms: 0, atMs: 0 };
  for (let index = 1; index < moments.length; index++) {
    const from = moments[index - 1] ?? 0;
    const ms = (moments[index] ?? 0) - from;
    if (ms > longest.ms) longest = { ms, atMs: from };
  }
  return longest;
}

export interface Probe {
  /** Ends the probe and says what it saw; a try that is under way is not waited for. */
  stop(): ProbeResult;
  /** What it saw up to now. */
  result(): ProbeResult;
}

/** Tries `attempt` every `everyMs`, whether or not the last one ended; a try resolves with null, or why it failed. */
export function probeEvery(
  everyMs: number,
  attempt: (signal: AbortSignal) => Promise<string | null>,
  limitMs = 3_600_000,
): Probe {
  const startedAt = performance.now();
  const successesMs: number[] = [];
  const reasons: Record<string, number> = {};
  const abort = new AbortController();
  setMaxListeners(0, abort.signal); // every try that is open listens to it
  let tries = 0;
  let failures = 0;
  let endedAtMs: number | null = null;
  const once = async (): Promise<void> => {
    tries++;
    const failed = await attempt(abort.signal);
    if (endedAtMs !== null) return;
    if (failed === null) successesMs.push(performance.now() - startedAt);
    else {
      failures++;
      reasons[failed] = (reasons[failed] ?? 0) + 1;
    }
  };
  const timer = setInterval(() => {
    if (performance.now() - startedAt > limitMs) end();
    else void once();
  }, everyMs);
  void once();
  const end = (): void => {
    clearInterval(timer);
    endedAtMs ??= performance.now() - startedAt;
    abort.abort();
  };
  const result = (): ProbeResult => {
    const gap = longestGap(successesMs, endedAtMs ?? performance.now() - startedAt);
    return { tries, failures, longestGapMs: gap.ms, longestGapAtMs: gap.atMs, reasons: { ...reasons } };
  };
  return {
    stop() {
      end();
      return result();
    },
    result,
  };
}
