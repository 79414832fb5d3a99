/**
 * The only two channels between the window and the main process, and what the
 * main process and the services' process say to each other. Names live here so
 * that both ends cannot drift apart.
 */
import type { Result } from '../model/result.ts';
import type { BackendEvent } from './contract.ts';

/** invoke: `{name, args}` in, `Result` out. */
export const requestChannel = 'mailyard:request';
/** main -> window: carries the MessagePort over which BackendEvents arrive. */
export const eventsChannel = 'mailyard:events';

/** main -> services. `events` comes with the MessagePort of one window. */
export type ToBackend =
  | { readonly kind: 'request'; readonly id: number; readonly name: string; readonly args: unknown }
  | { readonly kind: 'events' }
  | { readonly kind: 'stop' };

/** services -> main. */
export type FromBackend =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly result: Result<unknown> }
  | { readonly kind: 'stopped' };

/** services -> window: what happened since the last batch, 4-10 a second at most. */
export type EventBatch = readonly BackendEvent[];
