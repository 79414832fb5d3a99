/**
 * One console on its WebSocket: hello both ways, subscribe, then frames. It may
 * be slow, silent, older, newer or hostile; it can hurt nobody but itself.
 */
import type { WebSocket } from 'ws';
import { decodeConsoleFrame, encodeFrame } from '../../common/protocol/codec.ts';
import type { AgentFrame, AgentFrameOf, ConsoleFrame } from '../../common/protocol/frames.ts';
import { historyFrames, type Moment } from '../../common/protocol/history.ts';
import { closeCodes } from '../../common/protocol/limits.ts';
import { negotiateVersion, type VersionRange, versionMismatch } from '../../common/protocol/version.ts';

/** What a session may ask of the daemon. */
export interface SessionSource {
  readonly versions: VersionRange;
  hello(): AgentFrameOf<'hello'>;
  /** Schema and full frame as of now, then the readings. */
  snapshot(): readonly AgentFrame[];
  metricCount(): number;
  history(sinceMs: number): readonly Moment[];
}

const helloWithinMs = 10_000;
const pingEveryMs = 15_000;
/** Waiting to be read by the console; beyond it is too slow. Unit: bytes. */
const mostWaitingBytes = 1024 * 1024;
/** The past waits while more than this is under way, so that the present is never late. Unit: bytes. */
const replayPauseBytes = 128 * 1024;
const mostFramesAMinute = 120;

export class ConsoleSession {
  readonly #socket: WebSocket;
  readonly #source: SessionSource;
  readonly #onEnd: () => void;
  #version: number | null = null;
  #subscribed = false;
  #framesThisMinute = 0;
  #answered = true;
  readonly #helloLimit: NodeJS.Timeout;
  readonly #ping: NodeJS.Timeout;
  #ended = false;

  constructor(socket: WebSocket, source: SessionSource, onEnd: () => void) {
    this.#socket = socket;
    this.#source = source;
    this.#onEnd = onEnd;
    this.#helloLimit = setTimeout(
      () => this.#refuse('bad-frame', closeCodes.badFrame, 'No hello came from the console.'),
      helloWithinMs,
    );
    let pings = 0;
    this.#ping = setInterval(() => {
      pings += 1;
      if (pings % 4 === 0) this.#framesThisMinute = 0;
      if (!this.#answered) {
        this.#drop();
        return;
      }
      this.#answered = false;
      socket.ping();
    }, pingEveryMs);
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('message', (data, binary) => {
      if (binary) this.#refuse('bad-frame', closeCodes.badFrame, 'A binary frame came; frames are text.');
      else this.#hear((data as Buffer).toString());
    });
    // ws closes by itself after an error (an oversized or malformed frame).
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
    this.#send(encodeFrame(source.hello()));
  }

  /** A frame for everyone, encoded once; only those that subscribed get it. */
  tell(text: string): void {
    if (this.#subscribed) this.#send(text);
  }

  /** The daemon stops. */
  sayGoodbye(): void {
    this.#refuse('going-away', closeCodes.goingAway, 'The agent stops; connect again.');
  }

  #hear(text: string): void {
    this.#framesThisMinute += 1;
    if (this.#framesThisMinute > mostFramesAMinute) {
      this.#refuse('bad-frame', closeCodes.flooding, 'The console asks too often.');
      return;
    }
    const decoded = decodeConsoleFrame(text);
    if (!decoded.ok) this.#refuse('bad-frame', closeCodes.badFrame, decoded.reason);
    else this.#answer(decoded.frame);
  }

  #answer(frame: ConsoleFrame): void {
    if (frame.kind === 'hello') {
      this.#agree(frame);
      return;
    }
    if (this.#version === null) {
      this.#refuse('bad-frame', closeCodes.badFrame, `A ${frame.kind} came before the hello.`);
      return;
    }
    for (const told of this.#source.snapshot()) this.#send(encodeFrame(told));
    if (frame.kind === 'resync' || this.#subscribed) return;
    this.#subscribed = true;
    if (frame.sinceMs !== null) this.#replay(this.#source.history(frame.sinceMs), this.#version);
  }

  #agree(frame: Extract<ConsoleFrame, { kind: 'hello' }>): void {
    clearTimeout(this.#helloLimit);
    this.#version = negotiateVersion(this.#source.versions, frame);
    if (this.#version === null) {
      this.#refuse(
        'version-mismatch',
        closeCodes.versionMismatch,
        versionMismatch(frame, this.#source.versions),
      );
    }
  }

  /** The past, as fast as the console takes it and no faster. */
  #replay(moments: readonly Moment[], version: number): void {
    const frames = historyFrames(moments, this.#source.metricCount(), version);
    const next = (): void => {
      if (this.#ended) return;
      if (this.#socket.bufferedAmount > replayPauseBytes) {
        setTimeout(next, 100);
        return;
      }
      const { value, done } = frames.next();
      if (done === true) return;
      this.#send(encodeFrame(value));
      setImmediate(next);
    };
    next();
  }

  #send(text: string): void {
    if (this.#ended || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > mostWaitingBytes) {
      // It does not read, so it would not read a farewell either.
      this.#drop();
      return;
    }
    this.#socket.send(text);
  }

  #refuse(code: AgentFrameOf<'error'>['code'], closeCode: number, message: string): void {
    if (this.#ended) return;
    const said = message.slice(0, 500);
    this.#send(encodeFrame({ kind: 'error', code, message: said }));
    // A close reason is at most 123 bytes; the error frame before it has the whole sentence.
    this.#socket.close(closeCode, said.slice(0, 40));
    this.#end();
  }

  #drop(): void {
    this.#socket.terminate();
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#helloLimit);
    clearInterval(this.#ping);
    this.#onEnd();
  }
}
