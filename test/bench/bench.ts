/**
 * What a benchmark is. Absolute times say little on a shared machine, so each
 * row compares two ways to do the same thing, measured in turn in one run.
 */

export interface BenchRow {
  readonly what: string;
  /** Median of ours. Unit: ms. */
  readonly oursMs: number;
  readonly against: string;
  /** Median of the other's; for a limit instead of a rival, the limit. Unit: ms. */
  readonly theirsMs: number;
  /** ours / theirs must not be above it. */
  readonly goal: number;
}

export interface Bench {
  readonly name: string;
  /** Throws a sentence when it cannot run here. */
  run(say: (line: string) => void): Promise<readonly BenchRow[]>;
}

/** Wall time of one run. Unit: ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs each contender once a round, in turn, so that a busy moment hits all of them; medians by name. */
export async function inTurn<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) times.get(name)!.push(await timed(contenders[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<Name, number>;
}
