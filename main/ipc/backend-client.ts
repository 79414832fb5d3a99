/**
 * The main process's end of the talk with the services' process. It outlives
 * that process: after a crash the next one is attached, the requests of the
 * dead one are answered with what is known, and the windows get a new port.
 */
import { MessageChannelMain, type MessagePortMain } from 'electron';
import { eventsChannel, type FromBackend, type ToBackend } from '../../common/ipc/channels.ts';
import type { Result } from '../../common/model/result.ts';
import type { ServiceRequest } from '../services.ts';
import type { BackendRequests } from './serve-window.ts';

/** What is needed of Electron's UtilityProcess. */
export interface BackendProcess {
  postMessage(message: ToBackend, transfer?: MessagePortMain[]): void;
  on(event: 'message', listener: (message: FromBackend) => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
}

/** What is needed of a window's WebContents. */
export interface EventsWindow {
  isDestroyed(): boolean;
  postMessage(channel: string, message: unknown, transfer?: MessagePortMain[]): void;
}

export class BackendClient implements BackendRequests {
  #process: BackendProcess | null = null;
  #nextId = 1;
  readonly #waiting = new Map<number, (result: Result<unknown>) => void>();
  /** Asked before the process said that it is ready. */
  #queued: ToBackend[] = [];
  #ready = false;
  readonly #windows = new Set<EventsWindow>();
  readonly #stopped: (() => void)[] = [];

  /** The process that answers from now on. */
  attach(process: BackendProcess): void {
    this.#process = process;
    this.#ready = false;
    process.on('message', (message) => this.#receive(process, message));
    process.once('exit', (code) => this.#exited(process, code));
  }

  request(name: ServiceRequest, args: unknown): Promise<Result<unknown>> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ kind: 'request', id, name, args });
    });
  }

  /** Streams events to this window from now on; call again after the page was loaded anew. */
  stream(window: EventsWindow): void {
    this.#windows.add(window);
    if (this.#ready) this.#connect(window);
  }

  forget(window: EventsWindow): void {
    this.#windows.delete(window);
  }

  /** Asks the services to close what they hold; resolves when they have, or when their process ends. */
  stop(): Promise<void> {
    const process = this.#process;
    if (process === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopped.push(resolve);
      process.postMessage({ kind: 'stop' });
    });
  }

  #send(message: ToBackend): void {
    if (this.#ready && this.#process) this.#process.postMessage(message);
    else this.#queued.push(message);
  }

  #receive(process: BackendProcess, message: FromBackend): void {
    if (process !== this.#process) return;
    switch (message.kind) {
      case 'ready': {
        this.#ready = true;
        const queued = this.#queued;
        this.#queued = [];
        for (const waiting of queued) process.postMessage(waiting);
        for (const window of this.#windows) this.#connect(window);
        return;
      }
      case 'answer': {
        const resolve = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        resolve?.(message.result);
        return;
      }
      case 'stopped':
        for (const resolve of this.#stopped.splice(0)) resolve();
    }
  }

  #exited(process: BackendProcess, code: number): void {
    if (process !== this.#process) return;
    this.#process = null;
    this.#ready = false;
    this.#queued = [];
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) {
      resolve({
        ok: false,
        problem: 'internal',
        message:
          `Mailyard’s services stopped (exit ${code}) before they answered. What was asked may or may not ` +
          'have happened; runs are in the journal. Look again in a moment.',
      });
    }
    for (const resolve of this.#stopped.splice(0)) resolve();
  }

  #connect(window: EventsWindow): void {
    if (window.isDestroyed()) {
      this.#windows.delete(window);
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    this.#process?.postMessage({ kind: 'events' }, [port1]);
    window.postMessage(eventsChannel, null, [port2]);
  }
}
