/**
 * Frames to text and back. Decoding never throws: what the other machine sent
 * is material, and a bad frame is a value that says what was wrong with it.
 */
import type { z } from 'zod';
import {
  type AgentFrame,
  agentFrameSchema,
  agentFrameSchemaVersion1,
  type ConsoleFrame,
  consoleFrameSchema,
} from './frames.ts';
import { protocolLimits } from './limits.ts';
import { plainText } from './plain-text.ts';
import { protocolVersion } from './version.ts';

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly reason: string };

/** A number in a frame that is not finite becomes null: a gap. */
export function encodeFrame(frame: AgentFrame | ConsoleFrame): string {
  return JSON.stringify(frame);
}

/** What an agent said. `version` is the negotiated one; before that, hello is read the same by all. */
export function decodeAgentFrame(text: string, version: number = protocolVersion): Decoded<AgentFrame> {
  return decode(
    text,
    version >= 2 ? agentFrameSchema : (agentFrameSchemaVersion1 as z.ZodType<AgentFrame>),
    protocolLimits.agentFrameBytes,
  );
}

/** What a console said. */
export function decodeConsoleFrame(text: string): Decoded<ConsoleFrame> {
  return decode(text, consoleFrameSchema, protocolLimits.consoleFrameBytes);
}

function decode<Frame>(text: string, schema: z.ZodType<Frame>, maxLength: number): Decoded<Frame> {
  if (text.length > maxLength) {
    return bad(`A frame of ${text.length} characters came; at most ${maxLength} are allowed.`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return bad(`A frame is not JSON: ${excerpt(text)}`);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? 'the frame' : issue.path.join('.');
    return bad(`A frame breaks the protocol at ${plainText(where).slice(0, 80)}: ${issue?.message ?? ''}`);
  }
  const broken = brokenRule(parsed.data);
  return broken === null ? { ok: true, frame: parsed.data } : bad(broken);
}

/** What a schema cannot say about one frame alone. */
function brokenRule(frame: unknown): string | null {
  const known = frame as AgentFrame | ConsoleFrame;
  switch (known.kind) {
    case 'delta':
      return known.i.length === known.v.length ? null : 'A delta has not as many values as indices.';
    case 'readings':
      return Object.values(known.roles).some(
        (reading) => JSON.stringify(reading.facts).length > protocolLimits.factsLength,
      )
        ? 'The facts of a role are too large.'
        : null;
    case 'history':
      return brokenHistory(known);
    default:
      return null;
  }
}

function brokenHistory(frame: Extract<AgentFrame, { kind: 'history' }>): string | null {
  const moments = frame.atMs.length;
  if (frame.atMs.some((atMs, at) => at > 0 && atMs <= (frame.atMs[at - 1] ?? 0))) {
    return 'A history frame goes back in time.';
  }
  if (frame.series.some((series) => 'v' in series && series.v.length !== moments)) {
    return 'A history series has not as many values as moments.';
  }
  return null;
}

function bad(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function excerpt(text: string): string {
  return JSON.stringify(plainText(text.slice(0, 60)));
}
