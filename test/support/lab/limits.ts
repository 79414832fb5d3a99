/**
 * How long the lab waits. Nothing here sleeps blindly: a condition is asked
 * again and again until it holds or the limit is over. One factor stretches
 * all limits on slow machines.
 */
import { LabError } from './lab-error.ts';

const factor = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;

/** A limit for this machine. Unit: ms in, ms out. */
export function scaled(ms: number): number {
  return ms * factor;
}

export interface WaitOptions {
  /** Before scaling. Unit: ms. */
  readonly limitMs: number;
  /** Unit: ms; default 50. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks `probe` until it returns something other than null, undefined or false.
 *
 * Throws: LabError when the limit is over, saying what was waited for.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const limitMs = scaled(options.limitMs);
  const endMs = performance.now() + limitMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await probe();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() >= endMs) {
      throw new LabError(
        `Waited ${(limitMs / 1000).toFixed(1)} s for ${what}, in vain. On a slow machine set MAILYARD_TIMEOUT_SCALE=2 or more.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 50));
  }
}
