/** The only reader of `window.mailyard`. */
import type {
  BackendEvent,
  MailyardBridge,
  RequestArgs,
  RequestName,
  RequestResults,
} from '../../common/ipc/contract.ts';
import type { Result } from '../../common/model/result.ts';

declare global {
  interface Window {
    readonly mailyard: MailyardBridge;
  }
}

/** Asks; an answer always comes, and a failure is a value that a screen shows. */
export async function ask<N extends RequestName>(
  name: N,
  args: RequestArgs<N>,
): Promise<Result<RequestResults[N]>> {
  try {
    return await window.mailyard.request(name, args);
  } catch (thrown) {
    return {
      ok: false,
      problem: 'internal',
      message: `Mailyard’s own process did not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}. Try again; if it stays, restart Mailyard.`,
    };
  }
}

/**
 * Hands over all events of one frame at once, so that a batch costs one render.
 * While the window is hidden there are no frames; a timer takes their place.
 */
export function onEvents(listener: (batch: readonly BackendEvent[]) => void): () => void {
  let gathered: BackendEvent[] = [];
  let scheduled = false;
  const deliver = (): void => {
    scheduled = false;
    const batch = gathered;
    gathered = [];
    listener(batch);
  };
  return window.mailyard.onEvent((event) => {
    gathered.push(event);
    if (scheduled) return;
    scheduled = true;
    if (document.hidden) setTimeout(deliver, 250);
    else requestAnimationFrame(deliver);
  });
}

/** An answer that is none: what is known, what may be tried. */
export type Failure = Extract<Result<unknown>, { readonly ok: false }>;
