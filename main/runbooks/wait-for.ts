import { OpsError } from '../../common/model/ops-error.ts';

/** Every limit of runs, stretched at once on a slow machine. */
export const timeoutScale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;

/** Resolves after `ms`, or rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Asks until there is an answer.
 *
 * Throws: OpsError 'timeout' naming what was waited for; the signal's reason;
 * whatever `check` throws.
 */
export async function waitFor<T>(
  whatFor: string,
  check: () => Promise<T | null>,
  options: { everyMs?: number; limitMs?: number; signal: AbortSignal },
): Promise<T> {
  const { everyMs = 500, limitMs = 60_000, signal } = options;
  const endMs = Date.now() + limitMs * timeoutScale;
  for (;;) {
    signal.throwIfAborted();
    const found = await check();
    if (found !== null) return found;
    if (Date.now() + everyMs > endMs) {
      throw new OpsError('timeout', `Waited ${Math.round(limitMs / 1000)} s for ${whatFor}, in vain.`);
    }
    await pause(everyMs, signal);
  }
}

/**
 * `work` with a limit and a way to stop it. The work is told by its signal; if
 * it does not stop, it is left behind: nobody waits for ever.
 *
 * Throws: OpsError 'timeout', the outer signal's reason, or what `work` throws.
 */
export async function withLimit<T>(
  what: string,
  limitMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const forward = (): void => inner.abort(outer.reason);
  outer.addEventListener('abort', forward, { once: true });
  const timer = setTimeout(
    () => inner.abort(new OpsError('timeout', `${what} did not end within ${Math.round(limitMs / 1000)} s.`)),
    limitMs * timeoutScale,
  );
  try {
    return await Promise.race([work(inner.signal), rejection(inner.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', forward);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
