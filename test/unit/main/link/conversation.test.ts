import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentFrame } from '../../../../common/protocol/frames.ts';
import { SampleStream } from '../../../../common/protocol/sample-stream.ts';
import { Conversation, type Heard } from '../../../../main/link/conversation.ts';

const start = 1_700_000_000_000;

function talk(known: { nodeAtMs: number } | null = null) {
  const clock = { now: start };
  const told: {
    samples: [number, Record<string, number>, boolean][];
    hellos: unknown[];
    readings: unknown[];
  } = {
    samples: [],
    hellos: [],
    readings: [],
  };
  const conversation = new Conversation({
    nodeName: 'mx1',
    consoleVersion: '1',
    known,
    now: () => clock.now,
    listener: {
      hello: (hello) => told.hellos.push(hello),
      readings: (readings) => told.readings.push(readings),
      samples: (atMs, samples, replayed) => told.samples.push([atMs, samples, replayed]),
    },
  });
  const say = (frame: AgentFrame): Heard => conversation.hear(JSON.stringify(frame));
  return { clock, told, conversation, say };
}

const hello: AgentFrame = {
  kind: 'hello',
  protocol: 2,
  minProtocol: 1,
  agentVersion: '1',
  hostname: 'mx1',
  bootId: 'b',
  roles: ['mx'],
  nowMs: start,
};
const noPast: AgentFrame = { kind: 'history', part: 0, last: true, atMs: [], series: [] };

describe('a conversation with an agent', () => {
  it('answers hello with the versions and asks for all the past', () => {
    const { say, told } = talk();
    expect(say(hello).send).toEqual([
      { kind: 'hello', protocol: 2, minProtocol: 1, consoleVersion: '1' },
      { kind: 'subscribe', sinceMs: 0 },
    ]);
    expect(told.hellos).toHaveLength(1);
  });

  it('asks only for what it missed', () => {
    expect(talk({ nodeAtMs: start - 5000 }).say(hello).send[1]).toEqual({
      kind: 'subscribe',
      sinceMs: start - 5000,
    });
  });

  it('asks for everything when the node’s clock went back', () => {
    expect(talk({ nodeAtMs: start + 5000 }).say(hello).send[1]).toEqual({ kind: 'subscribe', sinceMs: 0 });
  });

  it('tells a version that it does not speak, and which side to upgrade', () => {
    const end = talk().say({ ...hello, protocol: 9, minProtocol: 8 }).end;
    expect(end).toMatchObject({ refused: true, problem: 'version-mismatch' });
    expect(end?.reason).toContain('Upgrade the console');
  });

  it('speaks with an agent of the version before', () => {
    const { say } = talk();
    expect(say({ ...hello, protocol: 1 }).end).toBeNull();
  });

  it('tells the past before the present, both on our clock', () => {
    const { say, told, clock } = talk();
    const ahead = 90_000;
    say({ ...hello, nowMs: start + ahead });
    const stream = new SampleStream();
    stream.push(start + ahead, { a: 3 });
    for (const frame of stream.snapshot()) say(frame);
    expect(told.samples).toEqual([]);
    clock.now += 100;
    say({ kind: 'history', part: 0, last: false, atMs: [start + ahead - 2000], series: [{ i: 0, v: [1] }] });
    say({ kind: 'history', part: 1, last: true, atMs: [start + ahead - 1000], series: [{ i: 0, c: 2 }] });
    expect(told.samples).toEqual([
      [start - 2000, { a: 1 }, true],
      [start - 1000, { a: 2 }, true],
      [start, { a: 3 }, false],
    ]);
  });

  it('is live with the first full picture', () => {
    const { say } = talk();
    say(hello);
    const stream = new SampleStream();
    stream.push(start, { a: 3 });
    expect(stream.snapshot().map((frame) => say(frame).synced)).toEqual([false, true]);
  });

  it('asks again when a number is missing, and invents nothing meanwhile', () => {
    const { say, told } = talk();
    say(hello);
    const stream = new SampleStream();
    stream.push(start, { a: 1 });
    for (const frame of [...stream.snapshot(), noPast]) say(frame);
    stream.push(start + 1000, { a: 2 });
    const late = stream.push(start + 2000, { a: 3 });
    expect(say(late[0]!).send).toEqual([{ kind: 'resync', expected: 2, got: 3 }]);
    expect(told.samples).toHaveLength(1);
    for (const frame of stream.snapshot()) say(frame);
    expect(told.samples.at(-1)?.[1]).toEqual({ a: 3 });
  });

  it('does not believe a time that is far from now', () => {
    const { say, told } = talk();
    say(hello);
    const stream = new SampleStream();
    stream.push(start + 10 * 365 * 86_400_000, { a: 1 });
    for (const frame of [...stream.snapshot(), noPast]) say(frame);
    expect(told.samples[0]?.[0]).toBe(start);
  });

  it('never tells the present backwards', () => {
    const { say, told } = talk();
    say(hello);
    const stream = new SampleStream();
    stream.push(start, { a: 1 });
    for (const frame of [...stream.snapshot(), noPast]) say(frame);
    for (const frame of stream.push(start - 30_000, { a: 2 })) say(frame);
    const times = told.samples.map(([atMs]) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(2);
  });

  it('strips terminal escapes from whatever a node calls itself', () => {
    const { say, told } = talk();
    say({ ...hello, hostname: '\u001b]0;owned\u0007mx1\u202e', agentVersion: '1\u009b31m' });
    expect(JSON.stringify(told.hellos)).not.toMatch(/\\u001b|\\u0007|\p{Cc}|\u202e/u);
  });

  it.each<[string, string]>([
    ['no JSON', 'hello?'],
    ['another frame before hello', JSON.stringify({ kind: 'beat', n: 1, nowMs: 1 })],
    ['an unknown kind', JSON.stringify({ kind: 'launch' })],
    ['an empty frame', ''],
    ['an array', '[]'],
    ['null', 'null'],
  ])('hangs up on %s', (_, text) => {
    expect(talk().conversation.hear(text).end).toMatchObject({ refused: true });
  });

  it.each<[string, unknown]>([
    ['an unknown field', { kind: 'beat', n: 1, nowMs: 1, extra: true }],
    ['hello twice', hello],
    ['an index that no schema named', { kind: 'full', seq: 1, atMs: start, values: [1] }],
    ['values and indices of different number', { kind: 'delta', seq: 1, atMs: start, i: [1], v: [] }],
    ['a metric name with an escape in it', { kind: 'schema', from: 0, names: ['a\u001b[2J'] }],
  ])('hangs up on %s', (_, frame) => {
    const { say, conversation } = talk();
    say(hello);
    expect(conversation.hear(JSON.stringify(frame)).end).toMatchObject({
      refused: true,
      problem: 'bad-input',
    });
  });

  it('hangs up on an agent that goes on losing count', () => {
    const { say } = talk();
    say(hello);
    const stream = new SampleStream();
    stream.push(start, { a: 1 });
    let end: Heard['end'] = null;
    for (let round = 0; round < 40 && end === null; round += 1) {
      for (const frame of stream.snapshot()) end ??= say(frame).end;
      end ??= say({ kind: 'delta', seq: 1000 + round, atMs: start, i: [], v: [] }).end;
    }
    expect(end?.reason).toContain('lost count');
  });

  it('survives whatever it is told, and never shows a control character', () => {
    const someFrame = fc.record(
      {
        kind: fc.constantFrom(
          'hello',
          'schema',
          'full',
          'delta',
          'beat',
          'readings',
          'history',
          'error',
          '__proto__',
        ),
        seq: fc.oneof(fc.nat(5), fc.double()),
        atMs: fc.oneof(fc.nat(), fc.constant(start), fc.string()),
        nowMs: fc.constant(start),
        n: fc.nat(),
        from: fc.nat(3),
        names: fc.array(fc.oneof(fc.constant('a'), fc.string()), { maxLength: 3 }),
        values: fc.array(fc.oneof(fc.double(), fc.constant(null)), { maxLength: 3 }),
        i: fc.array(fc.nat(4), { maxLength: 3 }),
        v: fc.array(fc.oneof(fc.double(), fc.constant(null)), { maxLength: 3 }),
        roles: fc.anything(),
        code: fc.constantFrom('internal', 'too-slow', 'nonsense'),
        message: fc.string({ unit: 'binary' }),
        part: fc.nat(3),
        last: fc.boolean(),
        series: fc.anything(),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.oneof(someFrame, fc.json(), fc.string({ unit: 'binary' })), { maxLength: 20 }),
        (greeted, frames) => {
          const { conversation, say, told } = talk();
          if (greeted) say(hello);
          for (const frame of frames) {
            const heard = conversation.hear(typeof frame === 'string' ? frame : JSON.stringify(frame));
            const text = `${heard.end?.reason ?? ''}`;
            expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
            if (heard.end !== null) break;
          }
          for (const [atMs] of told.samples) expect(Number.isFinite(atMs)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
