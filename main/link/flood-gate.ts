/**
 * How much one agent may say. Two leaky buckets, frames and bytes: a burst after
 * our own loop stalled is let through, going on like that is not. The replayed
 * past is counted apart, once for a whole session.
 */
import { protocolLimits } from '../../common/protocol/limits.ts';

const limits = {
  framesPerSecond: protocolLimits.framesPerSecond,
  frameBurst: 400,
  bytesPerSecond: 1024 * 1024,
  byteBurst: 8 * 1024 * 1024,
  historyFrames: protocolLimits.historyFrames,
  historyBytes: 64 * 1024 * 1024,
} as const;

export class FloodGate {
  #frames = 0;
  #bytes = 0;
  #historyFrames = 0;
  #historyBytes = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Counts one frame; a sentence when that is too much. */
  admit(bytes: number, nowMs: number): string | null {
    const seconds = Math.max(0, nowMs - this.#atMs) / 1000;
    this.#atMs = nowMs;
    this.#frames = Math.max(0, this.#frames - seconds * limits.framesPerSecond) + 1;
    this.#bytes = Math.max(0, this.#bytes - seconds * limits.bytesPerSecond) + bytes;
    if (this.#frames > limits.frameBurst) {
      return `It sends more than ${limits.framesPerSecond} frames a second.`;
    }
    if (this.#bytes > limits.byteBurst) return 'It sends more than 1 MiB a second.';
    return null;
  }

  /** A frame that `admit` counted turned out to be a piece of the past. */
  wasHistory(bytes: number): string | null {
    this.#frames = Math.max(0, this.#frames - 1);
    this.#bytes = Math.max(0, this.#bytes - bytes);
    this.#historyFrames += 1;
    this.#historyBytes += bytes;
    return this.#historyFrames > limits.historyFrames || this.#historyBytes > limits.historyBytes
      ? 'It replays more than an hour can hold.'
      : null;
  }
}
