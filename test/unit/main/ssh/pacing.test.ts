import { describe, expect, it } from 'vitest';
import { ChannelSlots } from '../../../../main/ssh/channel-slots.ts';
import { ConnectPacer } from '../../../../main/ssh/pacing.ts';

/** Work that ends when told. */
function held() {
  let release = (): void => {};
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { done, release };
}

describe('pacing of connects', () => {
  it('begins 8 at one server, 16 in all, and all of them in the end', async () => {
    const pacer = new ConnectPacer(undefined, () => 0);
    let most = 0;
    const perServer = new Map<string, number>();
    let mostPerServer = 0;
    const work = Array.from({ length: 60 }, (_, at) => {
      const server = `s${at % 2}`;
      return pacer.run(server, undefined, async () => {
        perServer.set(server, (perServer.get(server) ?? 0) + 1);
        most = Math.max(most, pacer.running);
        mostPerServer = Math.max(mostPerServer, perServer.get(server) ?? 0);
        await new Promise((resolve) => setImmediate(resolve));
        perServer.set(server, (perServer.get(server) ?? 0) - 1);
        return at;
      });
    });
    expect(await Promise.all(work)).toEqual(Array.from({ length: 60 }, (_, at) => at));
    expect([most, mostPerServer, pacer.running, pacer.waiting]).toEqual([16, 8, 0, 0]);
  });

  it('does not let one crowded server hold up the others', async () => {
    const pacer = new ConnectPacer({ perServer: 1, inAll: 4, jitterMs: 0 });
    const slow = held();
    const first = pacer.run('a', undefined, () => slow.done);
    const second = pacer.run('a', undefined, async () => 'a');
    expect(await pacer.run('b', undefined, async () => 'b')).toBe('b');
    slow.release();
    await first;
    expect(await second).toBe('a');
  });

  it('gives the place back when the work fails', async () => {
    const pacer = new ConnectPacer({ perServer: 1, inAll: 1, jitterMs: 0 });
    await expect(pacer.run('a', undefined, async () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await pacer.run('a', undefined, async () => 1)).toBe(1);
  });

  it('lets a waiting one leave the queue', async () => {
    const pacer = new ConnectPacer({ perServer: 1, inAll: 1, jitterMs: 0 });
    const slow = held();
    const first = pacer.run('a', undefined, () => slow.done);
    const stop = new AbortController();
    const second = pacer.run('a', stop.signal, async () => 2);
    stop.abort(new Error('changed my mind'));
    await expect(second).rejects.toThrow('changed my mind');
    expect(pacer.waiting).toBe(0);
    slow.release();
    await first;
  });
});

describe('session slots of one connection', () => {
  it('makes the eleventh wait for the first to end', async () => {
    const slots = new ChannelSlots();
    for (let at = 0; at < 10; at += 1) await slots.enter();
    let entered = false;
    const eleventh = slots.enter().then(() => {
      entered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toBe(false);
    slots.leave();
    await eleventh;
    expect(slots.open).toBe(10);
  });

  it('believes a server that allows fewer', async () => {
    const slots = new ChannelSlots();
    for (let at = 0; at < 3; at += 1) await slots.enter();
    expect(slots.refused()).toBe(true);
    slots.leave();
    expect([slots.limit, slots.open]).toEqual([2, 2]);
  });

  it('does not wait for a server that refuses the only one', async () => {
    const slots = new ChannelSlots();
    await slots.enter();
    expect(slots.refused()).toBe(false);
  });
});
