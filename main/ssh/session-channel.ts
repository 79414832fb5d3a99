/**
 * A session channel with its ending watched from the very moment it opened: a
 * quick command's exit code comes in the same read as the opening, before any
 * `await` goes on, and ssh2 tells it once.
 */
import type { ClientChannel } from 'ssh2';

export class SessionChannel {
  readonly channel: ClientChannel;
  /** Resolves when the channel is closed and all that came was read. */
  readonly closed: Promise<void>;
  #code: number | null = null;
  #signal: string | null = null;

  /** To be made in ssh2's callback itself. */
  constructor(channel: ClientChannel) {
    this.channel = channel;
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#code = code;
      this.#signal = signal ?? null;
    });
    this.closed = new Promise((resolve) => channel.once('close', () => resolve()));
  }

  /** Exit code; null when there was none (a signal, or the connection went first). */
  get code(): number | null {
    return this.#code;
  }

  /** e.g. SIGKILL. */
  get signal(): string | null {
    return this.#signal;
  }
}
