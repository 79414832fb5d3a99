import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate } from '../../../../main/fleet/decimate.ts';
import { MetricHistory } from '../../../../main/fleet/metric-history.ts';

const history = (): MetricHistory => new MetricHistory((metric) => metric.endsWith('_total'));

describe('the live hour', () => {
  it('turns counters into rates and leaves gauges as read', () => {
    const ring = history();
    ring.append(1000, { sent_total: 10, queue: 5 });
    ring.append(3000, { sent_total: 30, queue: 7 });
    expect(ring.latest()).toEqual({ atMs: 3000, values: { sent_total: 10, queue: 7 } });
  });

  it('gives no rate when a counter restarted or after a silence', () => {
    const ring = history();
    ring.append(1000, { sent_total: 100 });
    ring.append(2000, { sent_total: 3 });
    expect(ring.latest()?.values).toEqual({});
    ring.append(60_000, { sent_total: 500 });
    expect(ring.latest()?.values).toEqual({});
  });

  it('drops what a replay brings twice', () => {
    const ring = history();
    ring.append(2000, { queue: 1 });
    ring.append(1000, { queue: 9 });
    expect(ring.series('queue', '', 0, 100).values).toEqual([1]);
  });

  it('keeps a gap a gap', () => {
    const ring = history();
    ring.append(1000, { queue: 1 });
    ring.append(20_000, { queue: 2 });
    expect(ring.series('queue', '', 0, 100).values).toEqual([1, null, 2]);
  });

  it('keeps the last hour and no more', () => {
    const ring = history();
    for (let second = 1; second <= 4000; second++) ring.append(second * 1000, { queue: second });
    const series = ring.series('queue', '', 0, 10_000);
    expect(series.values).toHaveLength(3600);
    expect(series.values[0]).toBe(401);
  });
});

describe('decimation', () => {
  it('keeps the least and the greatest value, the order of time, and the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 10, max: 150 }),
        (values, maxPoints) => {
          const result = decimate(
            values.map((_value, index) => index),
            values,
            maxPoints,
          );
          expect(result.atMs.length).toBeLessThanOrEqual(maxPoints);
          expect(Math.max(...(result.values as number[]))).toBe(Math.max(...values));
          expect(Math.min(...(result.values as number[]))).toBe(Math.min(...values));
          expect([...result.atMs].sort((a, b) => a - b)).toEqual(result.atMs);
        },
      ),
    );
  });
});
