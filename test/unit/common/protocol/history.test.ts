import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAgentFrame, encodeFrame } from '../../../../common/protocol/codec.ts';
import { historyFrames, type Moment, readHistory } from '../../../../common/protocol/history.ts';
import { protocolLimits } from '../../../../common/protocol/limits.ts';

const names = ['a_total', 'b_bytes', 'c_ratio'];
const value = fc.option(fc.constantFrom(0, 1, 2.5, 1e15), { nil: null });
const moments = fc
  .array(fc.array(value, { minLength: 0, maxLength: 3 }), { maxLength: 150 })
  .map((rows): Moment[] => rows.map((values, at) => ({ atMs: 1000 * (at + 1), values })));

test.each([1, 2])('in version %i the past arrives as it was, gaps included', (version) => {
  fc.assert(
    fc.property(moments, (past) => {
      const told = [];
      const frames = [...historyFrames(past, names.length, version)];
      for (const frame of frames) {
        const decoded = decodeAgentFrame(encodeFrame(frame), version);
        if (!decoded.ok || decoded.frame.kind !== 'history') throw new Error('not a history frame');
        told.push(...readHistory(decoded.frame, names));
      }
      expect(frames.map((frame) => frame.last)).toEqual(frames.map((_frame, at) => at === frames.length - 1));
      expect(told).toEqual(
        past.map(({ atMs, values }) => ({
          atMs,
          samples: Object.fromEntries(
            values.flatMap((each, at) => (each === null ? [] : [[names[at], each] as const])),
          ),
        })),
      );
    }),
  );
});

test('an hour of the most metrics an agent may have stays within the limits of a frame', () => {
  const past: Moment[] = Array.from({ length: 360 }, (_none, at) => ({
    atMs: 1_795_000_000_000 + at * 10_000,
    values: Array.from({ length: protocolLimits.metricNames }, (_no, index) => index * 1234.567891 + at),
  }));
  let frames = 0;
  for (const frame of historyFrames(past, protocolLimits.metricNames, 2)) {
    frames += 1;
    expect(encodeFrame(frame).length).toBeLessThan(protocolLimits.agentFrameBytes);
  }
  expect(frames).toBeLessThanOrEqual(protocolLimits.historyFrames);
});

test('a series that does not change costs one number in version 2, and version 1 does not know that', () => {
  const past: Moment[] = Array.from({ length: 50 }, (_none, at) => ({ atMs: at + 1, values: [7] }));
  const [frame] = [...historyFrames(past, 1, 2)];
  expect(frame?.series).toEqual([{ i: 0, c: 7 }]);
  expect(decodeAgentFrame(encodeFrame(frame!), 1).ok).toBe(false);
});
