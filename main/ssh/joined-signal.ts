import { setMaxListeners } from 'node:events';

/**
 * One signal out of several, with an end. AbortSignal.any of Node 20 keeps its
 * sources' listeners for as long as the longest-lived one lives.
 */
export class JoinedSignal {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout | null;

  constructor(
    sources: readonly (AbortSignal | undefined)[],
    limit?: { readonly afterMs: number; readonly reason: () => Error },
  ) {
    this.#sources = sources.filter((source) => source !== undefined);
    for (const source of this.#sources) {
      // A fan-out hangs hundreds of commands on one signal; that is no leak.
      setMaxListeners(0, source);
      if (source.aborted) this.#controller.abort(source.reason);
      else source.addEventListener('abort', this.#onAbort, { once: true });
    }
    this.#timer =
      limit === undefined ? null : setTimeout(() => this.#controller.abort(limit.reason()), limit.afterMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => {
    this.#controller.abort((event.target as AbortSignal).reason);
  };
}
