/**
 * Every frame that passes between an agent and a console, as zod schemas; the
 * types are inferred from them. Frames are JSON text.
 *
 *   console                               agent
 *      | <- hello {protocol, minProtocol}    | at once, before anything is asked
 *      | hello {protocol, minProtocol} ->    |
 *      | subscribe {sinceMs} ->              |
 *      | <- schema, full {seq: 17}           |
 *      | <- readings                         |
 *      | <- history ... history {last}       | the past, oldest first
 *      | <- delta {seq: 18} each second, beat twice a second, readings when they changed
 *      | (a number is missing) resync ->     |
 *      | <- schema, full                     |
 *
 * `schema` names the metrics once: `full` and `delta` speak in indices. It may
 * grow (`from` > 0 appends). A value of null means: not known, a gap.
 * All times are the node's clock in Unix ms; `hello` and `beat` carry it so that
 * the console can correct.
 */
import { z } from 'zod';
import { protocolLimits as limits } from './limits.ts';
import { plainJson, plainText } from './plain-text.ts';

z.config({ jitless: true });

const text = z.string().max(limits.textLength).transform(plainText);
const shortText = z.string().max(128).transform(plainText);
const time = z.number().int().min(0).max(8.64e15);
const count = z.number().int().min(0);
const version = z.number().int().min(1).max(1_000_000);
const value = z.number().nullable();
const metricName = z
  .string()
  .max(limits.metricNameLength)
  .regex(/^[a-z][a-zA-Z0-9_]*(\{[^{}\p{C}]*\})?$/u, 'a Prometheus metric name');
const index = count.max(limits.metricNames - 1);
const roleName = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'a role name');

/** Read leniently: it is sent before the versions are known, so unknown fields are ignored. */
export const agentHelloSchema = z.object({
  kind: z.literal('hello'),
  protocol: version,
  minProtocol: version,
  agentVersion: shortText,
  hostname: shortText,
  /** Changes with every boot of the node. */
  bootId: shortText,
  roles: z.array(roleName).max(limits.roles),
  nowMs: time,
});

const schemaFrame = z.strictObject({
  kind: z.literal('schema'),
  /** Where `names` begins: 0 starts anew, else it is appended to what was sent. */
  from: count.max(limits.metricNames),
  names: z.array(metricName).max(limits.metricNames),
});

const fullFrame = z.strictObject({
  kind: z.literal('full'),
  seq: count,
  atMs: time,
  values: z.array(value).max(limits.metricNames),
});

const deltaFrame = z.strictObject({
  kind: z.literal('delta'),
  /** One more than the last full's or delta's. */
  seq: count,
  atMs: time,
  i: z.array(index).max(limits.metricNames),
  v: z.array(value).max(limits.metricNames),
});

const beatFrame = z.strictObject({
  kind: z.literal('beat'),
  n: count,
  nowMs: time,
});

export const serviceReadingSchema = z.strictObject({
  unit: shortText,
  state: z.enum(['running', 'stopped', 'failed', 'starting', 'unknown']),
  sinceMs: z.number().nullable(),
  detail: text,
});

export const roleReadingSchema = z.strictObject({
  serving: z.enum(['serving', 'draining', 'drained', 'joining', 'stopped', 'unknown']),
  services: z.array(serviceReadingSchema).max(limits.services),
  findings: z
    .array(
      z.strictObject({
        code: z
          .string()
          .regex(
            /^[A-Za-z][A-Za-z0-9]{0,63}(:[A-Za-z0-9._/-]{1,128})?$/,
            'a finding code, with its instance',
          ),
        severity: z.enum(['info', 'warning', 'critical']),
        message: text,
      }),
    )
    .max(limits.findings),
  /** The role's own schema reads it further. Deeper than the limit is cut off, so that nothing here recurses at a stranger's will. */
  facts: z.unknown().transform((facts) => plainJson(facts ?? null, limits.factsDepth)),
});

const readingsFrame = z.strictObject({
  kind: z.literal('readings'),
  atMs: time,
  /** All roles of the node, whole. */
  roles: z.record(roleName, roleReadingSchema),
});

const historySeriesFull = z.strictObject({ i: index, v: z.array(value).max(limits.historyMoments) });
/** Since version 2: the same value at all moments of the frame. */
const historySeriesConstant = z.strictObject({ i: index, c: value });

const historyFrame = z.strictObject({
  kind: z.literal('history'),
  part: count.max(limits.historyFrames),
  last: z.boolean(),
  /** Ascending. */
  atMs: z.array(time).max(limits.historyMoments),
  series: z.array(z.union([historySeriesFull, historySeriesConstant])).max(limits.metricNames),
});

const historyFrameVersion1 = historyFrame.extend({
  series: z.array(historySeriesFull).max(limits.metricNames),
});

const errorFrame = z.strictObject({
  kind: z.literal('error'),
  code: z.enum(['version-mismatch', 'bad-frame', 'too-slow', 'too-many', 'going-away', 'internal']),
  message: text,
});

export const agentFrameSchema = z.discriminatedUnion('kind', [
  agentHelloSchema,
  schemaFrame,
  fullFrame,
  deltaFrame,
  beatFrame,
  readingsFrame,
  historyFrame,
  errorFrame,
]);

/** What an agent of version 1 may say. */
export const agentFrameSchemaVersion1 = z.discriminatedUnion('kind', [
  agentHelloSchema,
  schemaFrame,
  fullFrame,
  deltaFrame,
  beatFrame,
  readingsFrame,
  historyFrameVersion1,
  errorFrame,
]);

/** Read leniently, like the agent's. */
export const consoleHelloSchema = z.object({
  kind: z.literal('hello'),
  protocol: version,
  minProtocol: version,
  consoleVersion: shortText,
});

const subscribeFrame = z.strictObject({
  kind: z.literal('subscribe'),
  /** Replay what was sampled after this moment of the node's clock; null: no past is wanted, 0: all there is. */
  sinceMs: time.nullable(),
});

const resyncFrame = z.strictObject({
  kind: z.literal('resync'),
  /** The number that was due and the one that came: for the agent's log. */
  expected: count,
  got: count,
});

export const consoleFrameSchema = z.discriminatedUnion('kind', [
  consoleHelloSchema,
  subscribeFrame,
  resyncFrame,
]);

export type AgentFrame = z.infer<typeof agentFrameSchema>;
export type ConsoleFrame = z.infer<typeof consoleFrameSchema>;
export type AgentFrameOf<Kind extends AgentFrame['kind']> = Extract<AgentFrame, { kind: Kind }>;
export type ConsoleFrameOf<Kind extends ConsoleFrame['kind']> = Extract<ConsoleFrame, { kind: Kind }>;
