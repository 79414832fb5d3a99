import { describe, expect, test } from 'vitest';
import type { BackendEvent } from '../../../../common/ipc/contract.ts';
import type { FleetView } from '../../../../common/model/views.ts';
import { batchEveryMs, EventBatches } from '../../../../main/ipc/event-batches.ts';

/** A clock that moves by hand. */
function byHand() {
  let nowMs = 0;
  let waiting: { at: number; callback: () => void } | null = null;
  return {
    timer: {
      set: (callback: () => void, ms: number) => {
        waiting = { at: nowMs + ms, callback };
        return waiting;
      },
      clear: () => {
        waiting = null;
      },
      nowMs: () => nowMs,
    },
    pass: (ms: number) => {
      nowMs += ms;
      if (waiting && waiting.at <= nowMs) {
        const { callback } = waiting;
        waiting = null;
        callback();
      }
    },
  };
}

const view = (atMs: number): BackendEvent => ({ kind: 'view', view: { atMs } as FleetView });
const samples = (atMs: number): BackendEvent => ({ kind: 'samples', nodeId: 'mx1', atMs, values: {} });

describe('event batches', () => {
  test('the first event after a quiet time goes at once, the next ones wait for their turn', () => {
    const clock = byHand();
    const sent: unknown[] = [];
    const batches = new EventBatches((batch) => sent.push(batch), clock.timer);
    clock.pass(1000);
    batches.add(view(1));
    clock.pass(0);
    expect(sent).toEqual([[view(1)]]);
    batches.add(view(2));
    batches.add(view(3));
    clock.pass(batchEveryMs - 1);
    expect(sent).toHaveLength(1);
    clock.pass(1);
    expect(sent[1]).toEqual([view(3)]);
  });

  test('of views only the newest counts, of samples all', () => {
    const clock = byHand();
    const sent: BackendEvent[][] = [];
    const batches = new EventBatches((batch) => sent.push([...batch]), clock.timer);
    for (const atMs of [1, 2, 3]) {
      batches.add(view(atMs));
      batches.add(samples(atMs));
    }
    clock.pass(batchEveryMs);
    expect(sent).toEqual([[view(3), samples(1), samples(2), samples(3)]]);
  });

  test('why a fleet file is not open arrives with the view, once', () => {
    const clock = byHand();
    const sent: BackendEvent[][] = [];
    const failed: BackendEvent = {
      kind: 'open-failed',
      failure: { ok: false, problem: 'bad-input', message: 'line 5' },
    };
    const batches = new EventBatches((batch) => sent.push([...batch]), clock.timer);
    batches.add(failed);
    batches.add(view(1));
    clock.pass(batchEveryMs);
    batches.add(view(2));
    clock.pass(batchEveryMs);
    expect(sent).toEqual([[failed, view(1)], [view(2)]]);
  });

  test('at most eight batches a second, however many events come', () => {
    const clock = byHand();
    let count = 0;
    const batches = new EventBatches(() => {
      count += 1;
    }, clock.timer);
    for (let ms = 0; ms < 1000; ms += 5) {
      batches.add(view(ms));
      clock.pass(5);
    }
    expect(count).toBeGreaterThanOrEqual(4);
    expect(count).toBeLessThanOrEqual(9);
  });

  test('nothing is sent after it was disposed of', () => {
    const clock = byHand();
    const sent: unknown[] = [];
    const batches = new EventBatches((batch) => sent.push(batch), clock.timer);
    batches.add(view(1));
    batches.dispose();
    clock.pass(1000);
    expect(sent).toEqual([]);
  });
});
