/**
 * The WebSocket inside the SSH channel. The only place that knows `ws`: it
 * hands on text frames, bounded in size, and says how the channel ended.
 */
import WebSocket from 'ws';
import { encodeFrame } from '../../common/protocol/codec.ts';
import type { ConsoleFrame } from '../../common/protocol/frames.ts';
import { protocolLimits } from '../../common/protocol/limits.ts';
import { plainText } from '../../common/protocol/plain-text.ts';
import type { RemoteStream, StreamOutcome } from '../ssh/transport.ts';

/** How long we wait for the gate's last words after the socket closed. Unit: ms. */
const lastWordsMs = 500;
/**
 * How long a channel may stay open after the agent's side of it ended. The gate's socat lingers for seconds
 * before it exits, and its exit code is of no use then. Unit: ms.
 */
const lingerMs = 100;

export interface SocketEnd {
  /** WebSocket close code; null when it never opened or was cut. */
  readonly code: number | null;
  /** What the agent gave as reason, made plain. */
  readonly reason: string;
  /** The frame was too large or no WebSocket frame at all. */
  readonly broken: string | null;
  /** How the program behind the channel ended; null when it said nothing in time. */
  readonly outcome: StreamOutcome | null;
}

export interface SocketListener {
  open(): void;
  text(text: string): void;
  binary(): void;
  /** Once, whatever happened. */
  end(end: SocketEnd): void;
}

export class TelemetrySocket {
  readonly #stream: RemoteStream;
  readonly #socket: WebSocket;
  readonly #listener: SocketListener;
  #broken: string | null = null;
  #ended = false;

  constructor(stream: RemoteStream, listener: SocketListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.on('error', () => {});
    stream.once('end', () => setTimeout(() => this.cut(), lingerMs).unref());
    this.#socket = new WebSocket('ws://node/', {
      createConnection: () => stream,
      perMessageDeflate: false,
      maxPayload: protocolLimits.agentFrameBytes,
      followRedirects: false,
    });
    // ws waits for the channel's own error when the upgrade is wrong, and an SSH channel has none.
    this.#socket.on('upgrade', () => {
      setImmediate(() => {
        if (this.#socket.readyState !== WebSocket.CLOSING) return;
        this.#broken ??= 'its WebSocket handshake is wrong';
        this.cut();
      });
    });
    this.#socket.on('open', () => listener.open());
    this.#socket.on('message', (data, isBinary) => {
      if (this.#ended) return;
      if (isBinary) listener.binary();
      else listener.text((data as Buffer).toString('utf8'));
    });
    this.#socket.on('error', (error: Error & { code?: string }) => {
      if (error.code?.startsWith('WS_ERR_') === true) this.#broken = plainText(error.message).slice(0, 200);
      else if (
        /Unexpected server response|Parse Error|HTTP|Sec-WebSocket|Upgrade header/i.test(error.message)
      ) {
        this.#broken = plainText(error.message).slice(0, 200);
      }
    });
    this.#socket.on('close', (code, reason) => void this.#end(code, reason.toString('utf8')));
    // A channel that ends before the upgrade leaves ws without a close event of its own in some orders.
    void stream.outcome.then(() => this.#end(1006, ''));
  }

  send(frame: ConsoleFrame): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encodeFrame(frame));
  }

  /** Politely, with one of our close codes. */
  close(code: number, reason: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason.slice(0, 100));
    this.cut();
  }

  /** At once. What still comes in is thrown away. */
  cut(): void {
    this.#socket.terminate();
    this.#stream.destroy();
    this.#stream.resume();
  }

  async #end(code: number, reason: string): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.destroy();
    this.#stream.resume();
    const outcome = await firstOf(this.#stream.outcome, lastWordsMs);
    this.#listener.end({
      code: code === 1006 || code === 1005 ? null : code,
      reason: plainText(reason),
      broken: this.#broken,
      outcome,
    });
  }
}

function firstOf<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
