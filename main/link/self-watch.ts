/**
 * Is it us? Three things make the console suspect itself before any node: its
 * own event loop stalled, the machine slept, or most links fell silent at once.
 * Nothing should be acted upon while `suspicion` is not null.
 */
import type { NodeId } from '../../common/model/fleet.ts';

const tickMs = 250;
/** A tick this late is a stall; a shorter one is made good by each link's own heartbeat watch. Unit: ms. */
const stallMs = 1_000;
/** Wall clock ahead of the monotonic one by this much between two ticks: asleep, or the clock was set. Unit: ms. */
const sleepMs = 2_000;
/** How long after a stall or sleep the picture is still not to be trusted: links need a word or two. Unit: ms. */
const settleMs = 2_000;
/** So many links falling silent within `togetherMs` look like our own network. */
const fewestTogether = 3;
const togetherMs = 2_000;
/** While some links went on, our network is not to blame for longer than this. Unit: ms. */
const blameMs = 10_000;

export interface SelfWatchClock {
  /** Monotonic; on Linux it stands still while the machine sleeps. Unit: ms. */
  monotonic(): number;
  wall(): number;
}

const realClock: SelfWatchClock = { monotonic: () => performance.now(), wall: () => Date.now() };

export class SelfWatch {
  readonly #clock: SelfWatchClock;
  readonly #listeners = new Set<(suspicion: string | null) => void>();
  readonly #silentSince = new Map<NodeId, number>();
  readonly #heard = new Set<NodeId>();
  readonly #timer: NodeJS.Timeout;
  #lastTick: { monotonic: number; wall: number };
  #own: { readonly reason: string; readonly untilMs: number } | null = null;
  #suspicion: string | null = null;

  constructor(clock: SelfWatchClock = realClock) {
    this.#clock = clock;
    this.#lastTick = { monotonic: clock.monotonic(), wall: clock.wall() };
    this.#timer = setInterval(() => this.tick(), tickMs);
    this.#timer.unref();
  }

  /** Why we should doubt ourselves, a sentence; null: trust what is seen. */
  get suspicion(): string | null {
    return this.#suspicion;
  }

  /** Told on every change. The answer unsubscribes. */
  onChange(listener: (suspicion: string | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A link became live, or speaks again. */
  heard(nodeId: NodeId): void {
    this.#heard.add(nodeId);
    this.#silentSince.delete(nodeId);
    this.#judge();
  }

  /** A live link fell silent or was lost. */
  silent(nodeId: NodeId): void {
    if (!this.#heard.has(nodeId) || this.#silentSince.has(nodeId)) return;
    this.#silentSince.set(nodeId, this.#clock.monotonic());
    this.#judge();
  }

  /** A link was closed on purpose: it says nothing about us. */
  forget(nodeId: NodeId): void {
    this.#heard.delete(nodeId);
    this.#silentSince.delete(nodeId);
    this.#judge();
  }

  /** Timers came late elsewhere. */
  stalled(lateMs: number): void {
    // Without a live link there is no picture that could be old: starting up is no stall.
    if (lateMs < stallMs || this.#heard.size === 0) return;
    this.#doubt(`This console was busy or stopped for ${seconds(lateMs)}; what it shows may be old.`);
  }

  /** Looks at the clocks; runs by itself four times a second. */
  tick(): void {
    const now = { monotonic: this.#clock.monotonic(), wall: this.#clock.wall() };
    const passed = now.monotonic - this.#lastTick.monotonic;
    const jump = now.wall - this.#lastTick.wall - passed;
    this.#lastTick = now;
    if (jump > sleepMs && this.#heard.size > 0)
      this.#doubt(`This machine slept for ${seconds(jump)}; what it shows may be old.`);
    else this.stalled(passed - tickMs);
    this.#judge();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  #doubt(reason: string): void {
    this.#own = { reason, untilMs: this.#clock.monotonic() + settleMs };
    this.#judge();
  }

  #judge(): void {
    if (this.#own !== null && this.#clock.monotonic() >= this.#own.untilMs) this.#own = null;
    this.#change(this.#own?.reason ?? this.#blameOfNetwork());
  }

  #blameOfNetwork(): string | null {
    const silent = [...this.#silentSince.values()];
    const someGoOn = silent.length < this.#heard.size;
    if (someGoOn && this.#clock.monotonic() - Math.max(...silent) > blameMs) return null;
    return manyAtOnce(silent, this.#heard.size);
  }

  #change(suspicion: string | null): void {
    if (suspicion === this.#suspicion) return;
    this.#suspicion = suspicion;
    for (const listener of this.#listeners) listener(suspicion);
  }
}

/** Most links silent, and that many of them within two seconds: our own network rather than theirs. */
export function manyAtOnce(silentSinceMs: readonly number[], links: number): string | null {
  if (silentSinceMs.length < fewestTogether || silentSinceMs.length * 2 <= links) return null;
  const sorted = [...silentSinceMs].sort((a, b) => a - b);
  for (let at = 0; at + fewestTogether <= sorted.length; at += 1) {
    const together = sorted.filter(
      (since) => since >= sorted[at]! && since - sorted[at]! <= togetherMs,
    ).length;
    if (together >= fewestTogether && together * 2 > links) {
      return `${silentSinceMs.length} of ${links} servers fell silent together; check this machine's own network first.`;
    }
  }
  return null;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
