import { expect, test } from 'vitest';
import { HistoryRings } from '../../../agent/daemon/history-rings.ts';

const start = 1_795_000_000_000;

function hour(seconds: number, value: (at: number) => (number | null)[]): HistoryRings {
  const rings = new HistoryRings();
  for (let at = 0; at < seconds; at += 1) rings.push(start + at * 1000, value(at));
  return rings;
}

test('the last hour is kept in at most 360 moments that ascend, the last two minutes each second', () => {
  const moments = hour(2 * 3600, (at) => [at]).since(0);
  expect(moments.length).toBeLessThanOrEqual(360);
  const last = start + (2 * 3600 - 1) * 1000;
  expect(moments.at(-1)?.atMs).toBe(last);
  expect(moments[0]!.atMs).toBeLessThanOrEqual(last - 3500 * 1000);
  expect(moments.filter((moment) => moment.atMs > last - 120_000)).toHaveLength(120);
  expect(moments.every((moment, at) => at === 0 || moment.atMs > moments[at - 1]!.atMs)).toBe(true);
});

test('a peak of one second an hour ago is still there, and a counter keeps its last value of each stretch', () => {
  const moments = hour(3600, (at) => [at === 100 ? 99 : 1, at]).since(0);
  expect(moments.some((moment) => moment.values[0] === 99)).toBe(true);
  const coarse = moments.filter((moment) => moment.atMs <= start + 3000 * 1000);
  expect(coarse.every((moment) => moment.values[1] === (moment.atMs - start) / 1000)).toBe(true);
});

test('a gap stays a gap, and a metric that came later was not known before', () => {
  const moments = hour(60, (at) => (at < 30 ? [at >= 10 && at < 20 ? null : 1] : [1, 2])).since(0);
  expect(moments[15]?.values[0]).toBeNull();
  expect(moments[5]?.values[1] ?? null).toBeNull();
  expect(moments[45]?.values).toEqual([1, 2]);
});

test('only what came after the moment asked for is told', () => {
  const moments = hour(60, (at) => [at]).since(start + 50_000);
  expect(moments.map((moment) => moment.values[0])).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59]);
});

test('a clock that is set back tells no moment twice', () => {
  const rings = new HistoryRings();
  for (const at of [1, 2, 3, 2, 3, 4]) rings.push(start + at * 1000, [at]);
  const times = rings.since(0).map((moment) => moment.atMs - start);
  expect(times).toEqual([1000, 2000, 3000, 4000]);
});

test('a moment that the ring overwrote before it was read is a gap, not another moment’s numbers', () => {
  const rings = hour(200, (at) => [at]);
  const [oldestFine] = rings.since(start + 79_500);
  rings.push(start + 200_000, [200]);
  rings.push(start + 201_000, [201]);
  expect(oldestFine).toMatchObject({ atMs: start + 80_000, values: [] });
});
