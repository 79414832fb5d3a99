import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAgentFrame, encodeFrame } from '../../../../common/protocol/codec.ts';
import { type SampleFrame, SampleReader, SampleStream } from '../../../../common/protocol/sample-stream.ts';

const name = fc.constantFrom(
  'node_load1',
  'postfix_queue_messages{queue="active"}',
  'a_total',
  'b_ratio',
  'c_bytes',
);
const samples = fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }), {
  noNullPrototype: true,
});

/** As it would come through the wire. */
function sent(frame: SampleFrame): SampleFrame {
  const decoded = decodeAgentFrame(encodeFrame(frame));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.frame as SampleFrame;
}

/** JSON has no -0. */
function asJson(values: Record<string, number>): Record<string, number> {
  return JSON.parse(JSON.stringify(values)) as Record<string, number>;
}

test('a console that joins at any second sees exactly what was sampled from then on', () => {
  fc.assert(
    fc.property(fc.array(samples, { minLength: 1, maxLength: 12 }), fc.nat(11), (seconds, joinsAt) => {
      const stream = new SampleStream();
      const reader = new SampleReader();
      let joined = false;
      seconds.forEach((second, at) => {
        const frames = stream.push(1000 * at, second);
        if (joined) {
          const events = frames.map((frame) => reader.apply(sent(frame)));
          expect(events.at(-1)).toEqual({ kind: 'samples', atMs: 1000 * at, samples: asJson(second) });
        } else if (at >= joinsAt) {
          joined = true;
          const events = stream.snapshot().map((frame) => reader.apply(sent(frame)));
          expect(events.at(-1)).toEqual({ kind: 'samples', atMs: 1000 * at, samples: asJson(second) });
        }
      });
    }),
  );
});

test('a lost frame is noticed, nothing wrong is told meanwhile, and a snapshot mends it', () => {
  fc.assert(
    fc.property(fc.array(samples, { minLength: 3, maxLength: 12 }), fc.nat(), (seconds, which) => {
      const stream = new SampleStream();
      const reader = new SampleReader();
      const lost = 1 + (which % (seconds.length - 2));
      let gaps = 0;
      seconds.forEach((second, at) => {
        const frames = stream.push(1000 * at, second);
        if (at === 0) {
          for (const frame of stream.snapshot()) reader.apply(sent(frame));
          return;
        }
        if (at === lost) return;
        const events = frames.map((frame) => reader.apply(sent(frame)));
        for (const event of events) {
          expect(event.kind).not.toBe('broken');
          if (event.kind === 'gap') gaps += 1;
          if (event.kind === 'samples') expect(event.samples).toEqual(asJson(second));
        }
        if (events.some((event) => event.kind === 'gap')) {
          const mended = stream.snapshot().map((frame) => reader.apply(sent(frame)));
          expect(mended.at(-1)).toEqual({ kind: 'samples', atMs: 1000 * at, samples: asJson(second) });
        }
      });
      expect(gaps).toBe(1);
    }),
  );
});

test('a number that could not be read is absent, not zero, and comes back', () => {
  const stream = new SampleStream();
  const reader = new SampleReader();
  stream.push(0, { node_load1: 3 });
  for (const frame of stream.snapshot()) reader.apply(frame);
  expect(stream.push(1000, {}).map((frame) => reader.apply(frame))).toEqual([
    { kind: 'samples', atMs: 1000, samples: {} },
  ]);
  expect(stream.push(2000, { node_load1: Number.NaN }).map((frame) => reader.apply(frame))).toEqual([
    { kind: 'samples', atMs: 2000, samples: {} },
  ]);
  expect(stream.push(3000, { node_load1: 4 }).map((frame) => reader.apply(frame))).toEqual([
    { kind: 'samples', atMs: 3000, samples: { node_load1: 4 } },
  ]);
});

test('a delta that speaks of a metric without a name breaks the rules', () => {
  const reader = new SampleReader();
  reader.apply({ kind: 'schema', from: 0, names: ['node_load1'] });
  reader.apply({ kind: 'full', seq: 7, atMs: 0, values: [1] });
  expect(reader.apply({ kind: 'delta', seq: 8, atMs: 1, i: [1], v: [2] }).kind).toBe('broken');
});

test('200 metrics of which 40 change cost less than 700 bytes a second', () => {
  const stream = new SampleStream();
  const values: Record<string, number> = {};
  for (let at = 0; at < 200; at += 1) values[`metric_number_${at}_total`] = at;
  stream.push(0, values);
  for (let at = 0; at < 40; at += 1) values[`metric_number_${at}_total`] = 1000 + at;
  const frames = stream.push(1_795_000_000_000, values);
  expect(frames).toHaveLength(1);
  expect(encodeFrame(frames[0]!).length).toBeLessThan(700);
});
