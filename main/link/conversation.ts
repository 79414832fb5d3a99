/**
 * What is said on one telemetry link, from the agent's hello on. Pure: text in,
 * facts to the listener, and back what to answer or why to hang up. It trusts
 * nothing: a frame that breaks a rule ends the conversation with a sentence.
 */

import type { Samples } from '../../common/model/metric.ts';
import type { OpsProblem } from '../../common/model/ops-error.ts';
import { decodeAgentFrame } from '../../common/protocol/codec.ts';
import type { AgentFrame, AgentFrameOf, ConsoleFrame } from '../../common/protocol/frames.ts';
import { readHistory } from '../../common/protocol/history.ts';
import { SampleReader } from '../../common/protocol/sample-stream.ts';
import { negotiateVersion, ourVersions, versionMismatch } from '../../common/protocol/version.ts';
import { ClockOffset } from './clock-offset.ts';
import { FloodGate } from './flood-gate.ts';
import type { NodeLinkListener } from './node-link.ts';

/** Why a conversation ended. `refused`: a person has to look; otherwise it is tried again. */
export interface Ending {
  readonly refused: boolean;
  readonly problem: OpsProblem;
  readonly reason: string;
}

export interface Heard {
  readonly send: readonly ConsoleFrame[];
  readonly end: Ending | null;
  /** The first full picture came: the link is live. */
  readonly synced: boolean;
}

export interface ConversationOptions {
  readonly nodeName: string;
  readonly consoleVersion: string;
  /** Newest moment already known, of the node's clock and the same boot; null: nothing, so all is wanted. */
  readonly known: KnownPast | null;
  readonly listener: Omit<NodeLinkListener, 'status'>;
  readonly now?: () => number;
}

export interface KnownPast {
  readonly nodeAtMs: number;
}

/** Resyncs of an honest agent are rare. */
const mostResyncs = 20;
/** Live seconds held back until the past before them came; then the past is given up. */
const mostHeldBack = 30;
/** A sample's time this far from its receipt is a lie or a broken clock: receipt counts. Unit: ms. */
const believableMs = 60_000;
const pastMs = 2 * 60 * 60 * 1000;

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #now: () => number;
  readonly #clock = new ClockOffset();
  readonly #reader = new SampleReader();
  readonly #flood: FloodGate;
  #version: number | null = null;
  #resyncs = 0;
  #synced = false;
  /** Live samples that came before the past was complete; null once it is. */
  #heldBack: { atMs: number; samples: Samples }[] | null = [];
  #lastLiveMs = 0;
  #newestNodeMs: number | null;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#flood = new FloodGate(this.#now());
    this.#newestNodeMs = options.known?.nodeAtMs ?? null;
  }

  /** Where the next conversation may go on from. */
  get known(): KnownPast | null {
    return this.#newestNodeMs === null ? null : { nodeAtMs: this.#newestNodeMs };
  }

  get clockOffsetMs(): number {
    return this.#clock.ms;
  }

  hear(text: string): Heard {
    const flooded = this.#flood.admit(text.length, this.#now());
    if (flooded !== null) return this.#cut(flooded);
    const decoded = decodeAgentFrame(text, this.#version ?? undefined);
    if (!decoded.ok) return this.#cut(decoded.reason);
    return this.#take(decoded.frame, text.length);
  }

  /** Frames are text; a binary one is no agent of ours. */
  hearBinary(): Heard {
    return this.#cut('It sent a binary frame.');
  }

  #take(frame: AgentFrame, bytes: number): Heard {
    if (frame.kind === 'hello') return this.#hello(frame);
    if (frame.kind === 'error') return ended(agentGaveUp(frame, this.#options.nodeName));
    if (this.#version === null) return this.#cut(`It sent "${frame.kind}" before it said hello.`);
    switch (frame.kind) {
      case 'beat':
        this.#clock.observe(frame.nowMs, this.#now());
        return nothing;
      case 'readings':
        this.#options.listener.readings(frame.roles, this.#now());
        return nothing;
      case 'history':
        return this.#history(frame, bytes);
      case 'schema':
      case 'full':
      case 'delta':
        return this.#sample(frame);
    }
  }

  #hello(hello: AgentFrameOf<'hello'>): Heard {
    if (this.#version !== null) return this.#cut('It said hello twice.');
    const version = negotiateVersion(ourVersions, hello);
    if (version === null) {
      return ended({
        refused: true,
        problem: 'version-mismatch',
        reason: versionMismatch(ourVersions, hello),
      });
    }
    this.#version = version;
    this.#clock.observe(hello.nowMs, this.#now());
    this.#options.listener.hello({
      agentVersion: hello.agentVersion,
      protocol: version,
      hostname: hello.hostname,
      bootId: hello.bootId,
      roles: hello.roles,
    });
    // A node whose clock went back would otherwise be asked for a past that lies in its future.
    const known = this.#newestNodeMs;
    const sinceMs = known === null || known > hello.nowMs ? 0 : known;
    return {
      send: [
        { kind: 'hello', ...ourVersions, consoleVersion: this.#options.consoleVersion },
        { kind: 'subscribe', sinceMs },
      ],
      end: null,
      synced: false,
    };
  }

  #sample(frame: AgentFrameOf<'schema'> | AgentFrameOf<'full'> | AgentFrameOf<'delta'>): Heard {
    const event = this.#reader.apply(frame);
    switch (event.kind) {
      case 'none':
        return nothing;
      case 'broken':
        return this.#cut(event.reason);
      case 'gap':
        this.#resyncs += 1;
        if (this.#resyncs > mostResyncs) return this.#cut(`It lost count ${this.#resyncs} times.`);
        return {
          send: [{ kind: 'resync', expected: event.expected, got: event.got }],
          end: null,
          synced: false,
        };
      case 'samples':
        this.#live(event.atMs, event.samples);
        if (this.#synced) return nothing;
        this.#synced = true;
        return { send: [], end: null, synced: true };
    }
  }

  #live(nodeAtMs: number, samples: Samples): void {
    const receivedMs = this.#now();
    const corrected = Math.round(this.#clock.toOurs(nodeAtMs));
    const believable = Math.abs(corrected - receivedMs) <= believableMs;
    if (believable) this.#newestNodeMs = Math.max(this.#newestNodeMs ?? 0, nodeAtMs);
    const atMs = Math.max(believable ? corrected : receivedMs, this.#lastLiveMs + 1);
    this.#lastLiveMs = atMs;
    if (this.#heldBack === null) {
      this.#options.listener.samples(atMs, samples, false);
      return;
    }
    this.#heldBack.push({ atMs, samples });
    if (this.#heldBack.length > mostHeldBack) this.#release();
  }

  #history(frame: AgentFrameOf<'history'>, bytes: number): Heard {
    const tooMuch = this.#flood.wasHistory(bytes);
    if (tooMuch !== null) return this.#cut(tooMuch);
    if (this.#heldBack !== null) {
      const now = this.#now();
      for (const moment of readHistory(frame, this.#reader.names)) {
        const atMs = Math.round(this.#clock.toOurs(moment.atMs));
        if (atMs <= now && atMs >= now - pastMs) this.#options.listener.samples(atMs, moment.samples, true);
      }
    }
    if (frame.last) this.#release();
    return nothing;
  }

  /** The past is complete, or given up: what was held back follows it. */
  #release(): void {
    for (const { atMs, samples } of this.#heldBack ?? [])
      this.#options.listener.samples(atMs, samples, false);
    this.#heldBack = null;
  }

  #cut(why: string): Heard {
    return ended({
      refused: true,
      problem: 'bad-input',
      reason: `The agent of ${this.#options.nodeName} was cut off: ${why} Look at what runs there before you retry.`,
    });
  }
}

const nothing: Heard = { send: [], end: null, synced: false };

function ended(end: Ending): Heard {
  return { send: [], end, synced: false };
}

/** The agent says itself why it hangs up. */
function agentGaveUp(frame: AgentFrameOf<'error'>, name: string): Ending {
  const said = frame.message === '' ? frame.code : frame.message;
  switch (frame.code) {
    case 'version-mismatch':
      return { refused: true, problem: 'version-mismatch', reason: said };
    case 'bad-frame':
      return {
        refused: true,
        problem: 'internal',
        reason: `The agent of ${name} does not understand this console: ${said}`,
      };
    case 'too-slow':
      return {
        refused: false,
        problem: 'unreachable',
        reason: `This console or the way to ${name} is too slow: ${said}`,
      };
    case 'too-many':
      return {
        refused: false,
        problem: 'unreachable',
        reason: `${name} serves as many consoles as it may: ${said}`,
      };
    case 'going-away':
      return { refused: false, problem: 'unreachable', reason: `The agent of ${name} stops: ${said}` };
    case 'internal':
      return { refused: false, problem: 'internal', reason: `The agent of ${name} failed: ${said}` };
  }
}
