import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../../../../main/link/backoff.ts';
import { ClockOffset } from '../../../../main/link/clock-offset.ts';
import { FloodGate } from '../../../../main/link/flood-gate.ts';
import { HeartbeatWatch, lostAfterMs, suspectAfterMs } from '../../../../main/link/heartbeat-watch.ts';
import { manyAtOnce, SelfWatch } from '../../../../main/link/self-watch.ts';

describe('silence of an agent', () => {
  let events: string[] = [];
  let late = 0;
  let watch: HeartbeatWatch;
  beforeEach(() => {
    vi.useFakeTimers();
    events = [];
    late = 0;
    watch = new HeartbeatWatch({
      now: () => Date.now() + late,
      onSuspect: () => events.push('suspect'),
      onLost: () => events.push('lost'),
      onBack: () => events.push('back'),
      onOwnStall: () => events.push('own stall'),
    });
  });
  afterEach(() => {
    watch.dispose();
    vi.useRealTimers();
  });

  it('is suspect within 1.6 s, however the last beat fell', () => {
    for (let beat = 0; beat < 7; beat += 1) {
      vi.advanceTimersByTime(500);
      watch.heard();
    }
    vi.advanceTimersByTime(suspectAfterMs - 1);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(101);
    expect(events).toEqual(['suspect']);
    expect(suspectAfterMs + 100).toBeLessThanOrEqual(1600);
  });

  it('is back with the first word', () => {
    vi.advanceTimersByTime(2000);
    watch.heard();
    expect(events).toEqual(['suspect', 'back']);
    vi.advanceTimersByTime(suspectAfterMs + 1);
    expect(events).toEqual(['suspect', 'back', 'suspect']);
  });

  it('is lost after a while, once', () => {
    vi.advanceTimersByTime(lostAfterMs * 3);
    expect(events).toEqual(['suspect', 'lost']);
  });

  it('never is, as long as it speaks', () => {
    for (let beat = 0; beat < 200; beat += 1) {
      vi.advanceTimersByTime(500);
      watch.heard();
    }
    expect(events).toEqual([]);
  });

  it('is our own fault when our timer comes late', () => {
    vi.advanceTimersByTime(1000);
    late = 5000;
    vi.advanceTimersByTime(500);
    expect(events).toEqual(['own stall']);
    watch.heard();
    vi.advanceTimersByTime(1000);
    expect(events).toEqual(['own stall']);
  });

  it('is still noticed after our own stall', () => {
    late = 5000;
    vi.advanceTimersByTime(suspectAfterMs * 2);
    expect(events).toEqual(['own stall', 'suspect']);
  });
});

describe('suspecting ourselves', () => {
  const clock = { at: 0, asleep: 0 };
  let watch: SelfWatch;
  const pass = (ms: number, ticks = Math.round(ms / 250)): void => {
    for (let tick = 0; tick < ticks; tick += 1) {
      clock.at += ms / ticks;
      watch.tick();
    }
  };
  beforeEach(() => {
    clock.at = 0;
    clock.asleep = 0;
    watch = new SelfWatch({ monotonic: () => clock.at, wall: () => clock.at + clock.asleep });
  });
  afterEach(() => watch.dispose());

  it('does not, when all is well', () => {
    pass(60_000);
    expect(watch.suspicion).toBeNull();
  });

  it('does not while nothing was heard yet: starting up is no stall', () => {
    pass(5000, 1);
    expect(watch.suspicion).toBeNull();
  });

  it('does not for long when the other links go on', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) watch.heard(id);
    for (const id of ['a', 'b', 'c']) watch.silent(id);
    pass(9000);
    expect(watch.suspicion).not.toBeNull();
    pass(2000);
    expect(watch.suspicion).toBeNull();
  });

  it('does for as long as all links are silent', () => {
    for (const id of ['a', 'b', 'c']) watch.heard(id);
    for (const id of ['a', 'b', 'c']) watch.silent(id);
    pass(60_000);
    expect(watch.suspicion).toContain('3 of 3');
  });

  it('does after a stall, and trusts again later', () => {
    watch.heard('a');
    const told: (string | null)[] = [];
    watch.onChange((suspicion) => told.push(suspicion));
    pass(3000, 1);
    expect(watch.suspicion).toContain('busy or stopped for 2.8 s');
    pass(3000);
    expect(watch.suspicion).toBeNull();
    expect(told).toHaveLength(2);
  });

  it('does after the machine slept', () => {
    watch.heard('a');
    clock.asleep = 3_600_000;
    pass(250);
    expect(watch.suspicion).toContain('slept for 3600 s');
  });

  it('does when most links fall silent together', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) watch.heard(id);
    for (const id of ['a', 'b', 'c']) watch.silent(id);
    expect(watch.suspicion).toContain('3 of 5 servers fell silent together');
    watch.heard('a');
    expect(watch.suspicion).toBeNull();
  });

  it('does not when one link falls silent after another', () => {
    for (const id of ['a', 'b', 'c', 'd']) watch.heard(id);
    for (const id of ['a', 'b', 'c']) {
      watch.silent(id);
      pass(3000);
    }
    expect(watch.suspicion).toBeNull();
  });

  it('does not count links that were never heard, or that were closed', () => {
    for (const id of ['a', 'b', 'c']) watch.silent(id);
    expect(watch.suspicion).toBeNull();
    for (const id of ['a', 'b', 'c']) watch.heard(id);
    for (const id of ['a', 'b', 'c']) watch.silent(id);
    expect(watch.suspicion).not.toBeNull();
    watch.forget('a');
    expect(watch.suspicion).toBeNull();
  });

  it.each([
    [[0, 10], 2, false],
    [[0, 10, 20], 6, false],
    [[0, 10, 20], 5, true],
    [[0, 3000, 6000, 9000], 4, false],
  ])('judges %j of %i', (silent, links, expected) => {
    expect(manyAtOnce(silent, links) !== null).toBe(expected);
  });
});

describe('the clock of a node', () => {
  it('is read from the fastest of its words', () => {
    const offset = new ClockOffset();
    for (const delay of [40, 5, 300, 12]) offset.observe(10_000, 5_000 + delay);
    expect(offset.ms).toBe(4_995);
  });

  it('follows a clock that was set back, and one that was set forward', () => {
    const offset = new ClockOffset();
    offset.observe(60_000, 0);
    for (let beat = 0; beat < 3; beat += 1) offset.observe(0, 0);
    expect(offset.ms).toBe(0);
    offset.observe(90_000, 0);
    expect(offset.ms).toBe(90_000);
  });

  it('is not moved by one late word', () => {
    const offset = new ClockOffset();
    offset.observe(1_000, 1_000);
    offset.observe(1_000, 9_000);
    offset.observe(10_000, 10_000);
    expect(offset.ms).toBe(0);
  });
});

describe('the flood gate', () => {
  it('lets an honest agent speak for hours', () => {
    const gate = new FloodGate(0);
    for (let ms = 0; ms < 3_600_000; ms += 250) expect(gate.admit(2_000, ms)).toBeNull();
  });

  it('lets what piled up during our own stall through', () => {
    const gate = new FloodGate(0);
    for (let frame = 0; frame < 240; frame += 1) expect(gate.admit(2_000, 60_000)).toBeNull();
  });

  it('stops too many frames', () => {
    const gate = new FloodGate(0);
    const said = Array.from({ length: 1000 }, (_, at) => gate.admit(20, at));
    expect(said.find((why) => why !== null)).toContain('frames a second');
  });

  it('stops too many bytes', () => {
    const gate = new FloodGate(0);
    const said = Array.from({ length: 100 }, (_, at) => gate.admit(250_000, at * 50));
    expect(said.find((why) => why !== null)).toContain('1 MiB a second');
  });

  it('counts the past apart, and only once', () => {
    const gate = new FloodGate(0);
    const said = Array.from({ length: 500 }, (_, at) => gate.admit(60_000, at) ?? gate.wasHistory(60_000));
    expect(said.slice(0, 400)).toEqual(Array.from({ length: 400 }, () => null));
    expect(said[400]).toContain('replays more');
  });
});

describe('back-off', () => {
  it('doubles, has a limit, and is never in step', () => {
    const least = [1, 2, 3, 4, 5, 6, 50].map((failures) => backoffMs(failures, undefined, () => 0));
    const most = [1, 2, 3, 4, 5, 6, 50].map((failures) => backoffMs(failures, undefined, () => 1));
    expect(least).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500]);
    expect(most).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });
});
