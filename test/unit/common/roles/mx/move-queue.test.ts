import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discrepancy, moveQueue, settleWhatWasTaken } from '../../../../../common/roles/mx/move-queue.ts';
import { keptQueue, spool } from '../../../../../common/roles/mx/paths.ts';
import type { StepContext } from '../../../../../common/roles/step.ts';
import type { AnyVerb } from '../../../../../common/verbs/verb.ts';
import { MemoryNode, PowerCut } from './memory-node.ts';

/** As Postfix makes them; the last characters tell them apart. */
const longId = (n: number): string => `4jYH7m6pjBzK8m${'0123456789BCDFGH'[n % 16]}`;

interface World {
  readonly from: MemoryNode;
  readonly to: MemoryNode;
  /** Messages that the peer delivered: taken out of its queue as soon as it looks. */
  readonly delivered: string[];
  /** Calls until the link dies; null: it holds. */
  callsLeft: number | null;
}

function contextOf(world: World): StepContext {
  const call = async (nodeId: string, verb: AnyVerb, input: unknown, mode: 'look' | 'apply') => {
    if (world.callsLeft !== null && world.callsLeft-- <= 0) throw new PowerCut();
    return (nodeId === 'mx1' ? world.from : world.to).perform(verb, input, mode);
  };
  return {
    runId: 'run-1',
    signal: new AbortController().signal,
    output: () => {},
    progress: () => {},
    verb: async (nodeId: string, verb: AnyVerb, input: unknown) =>
      (await call(nodeId, verb, input, 'apply')).state,
    look: (nodeId: string, verb: AnyVerb, input: unknown) => call(nodeId, verb, input, 'look'),
  } as unknown as StepContext;
}

function deliverSome(world: World, pick: (id: string) => boolean): void {
  for (const path of world.to.under(`${spool}/incoming`)) {
    const id = path.split('/').at(-1)!;
    if (pick(id)) {
      world.delivered.push(id);
      world.to.files.delete(path);
    }
  }
}

const messageArb = fc.record({
  queue: fc.constantFrom('incoming', 'active', 'deferred/E', 'hold'),
  size: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 90, max: 250 })),
  noted: fc.boolean(),
});

describe('moving a queue', () => {
  it('delivers every message once, whatever dies in the middle and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(messageArb, { maxLength: 6 }),
        fc.array(
          fc.record({ what: fc.constantFrom('link', 'mx1', 'mx2'), after: fc.integer({ min: 1, max: 12 }) }),
          {
            maxLength: 5,
          },
        ),
        fc.boolean(),
        async (messages, deaths, eager) => {
          const world: World = {
            from: new MemoryNode(),
            to: new MemoryNode(),
            delivered: [],
            callsLeft: null,
          };
          world.to.postfixRuns = true;
          const expected = new Map<string, string>();
          messages.forEach((message, n) => {
            const text = `${n}:`.padEnd(message.size, 'x');
            world.from.add(`${spool}/${message.queue}/${longId(n)}`, text);
            if (message.noted) world.from.add(`${spool}/bounce/${longId(n)}`, `note ${n}`, 0o600);
            expected.set(longId(n), message.queue === 'hold' ? 'hold' : 'delivered');
          });

          for (const death of [...deaths, null]) {
            world.callsLeft = death?.what === 'link' ? death.after : null;
            world.from.cutAfter = death?.what === 'mx1' ? death.after : null;
            world.to.cutAfter = death?.what === 'mx2' ? death.after : null;
            try {
              await moveQueue(contextOf(world), 'mx1', 'mx2', 100);
            } catch (error) {
              if (!(error instanceof PowerCut)) throw error;
            }
            // The peer's Postfix does not wait for us.
            deliverSome(world, (id) => eager || id.charCodeAt(id.length - 1) % 2 === 0);
          }
          deliverSome(world, () => true);

          const held = world.to.under(`${spool}/hold`).map((path) => path.split('/').at(-1)!);
          expect([...world.delivered, ...held].sort()).toEqual([...expected.keys()].sort());
          expect(held.every((id) => expected.get(id) === 'hold')).toBe(true);
          for (const queue of ['incoming', 'active', 'deferred', 'hold', 'bounce']) {
            expect(world.from.under(`${spool}/${queue}`)).toEqual([]);
          }
          // Nothing was thrown away on the way.
          const kept = world.from.under(keptQueue).map((path) => path.split('_').at(-1)!);
          expect(new Set(kept)).toEqual(new Set(expected.keys()));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('given up half-way, leaves each message in exactly one of the two queues', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (after, count) => {
          const world: World = {
            from: new MemoryNode(),
            to: new MemoryNode(),
            delivered: [],
            callsLeft: null,
          };
          world.to.postfixRuns = true;
          for (let n = 0; n < count; n++) world.from.add(`${spool}/deferred/E/${longId(n)}`, `message ${n}`);
          world.callsLeft = after;
          await moveQueue(contextOf(world), 'mx1', 'mx2').catch(() => undefined);
          deliverSome(world, (id) => id.charCodeAt(id.length - 1) % 2 === 0);
          world.callsLeft = null;
          await settleWhatWasTaken(contextOf(world), 'mx1', 'mx2');
          deliverSome(world, () => true);
          const here = world.from.under(`${spool}/deferred`).map((path) => path.split('/').at(-1)!);
          expect([...world.delivered, ...here].sort()).toEqual(
            Array.from({ length: count }, (_unused, n) => longId(n)).sort(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves mail that was still coming in: its sender was never told 250', async () => {
    const world: World = { from: new MemoryNode(), to: new MemoryNode(), delivered: [], callsLeft: null };
    world.to.postfixRuns = true;
    world.from.add(`${spool}/incoming/${longId(1)}`, 'half a mess', 0o600);
    const account = await moveQueue(contextOf(world), 'mx1', 'mx2');
    expect(account.exported.size).toBe(0);
    expect(world.from.under(`${spool}/incoming`)).toHaveLength(1);
  });

  it('is refused while Postfix runs', async () => {
    const world: World = { from: new MemoryNode(), to: new MemoryNode(), delivered: [], callsLeft: null };
    world.from.postfixRuns = true;
    await expect(moveQueue(contextOf(world), 'mx1', 'mx2')).rejects.toThrow(/Postfix runs on mx1/);
  });

  it('never overwrites other mail of the same name', async () => {
    const world: World = { from: new MemoryNode(), to: new MemoryNode(), delivered: [], callsLeft: null };
    world.to.postfixRuns = true;
    world.from.add(`${spool}/hold/ABCDEF0123`, 'ours');
    world.to.add(`${spool}/hold/ABCDEF0123`, 'theirs');
    await expect(moveQueue(contextOf(world), 'mx1', 'mx2')).rejects.toThrow(/exists here with other content/);
    expect(world.to.files.get(`${spool}/hold/ABCDEF0123`)?.content.toString()).toBe('theirs');
    expect(world.from.files.has(`${spool}/hold/ABCDEF0123`)).toBe(true);
  });

  it('takes the same message over again when a later run brings it back', async () => {
    const world: World = { from: new MemoryNode(), to: new MemoryNode(), delivered: [], callsLeft: null };
    world.from.add(`${spool}/deferred/E/${longId(1)}`, 'the same');
    await moveQueue(contextOf(world), 'mx1', 'mx2');
    expect(world.to.under(`${spool}/incoming`)).toHaveLength(1);
    // It went elsewhere and is back on mx1, unchanged; another drain begins.
    world.to.files.delete(`${spool}/incoming/${longId(1)}`);
    world.from.add(`${spool}/deferred/E/${longId(1)}`, 'the same');
    world.from.run = world.to.run = 'run-2';
    await moveQueue(contextOf(world), 'mx1', 'mx2');
    expect(world.to.under(`${spool}/incoming`)).toHaveLength(1);
  });
});

describe('the account of a moved queue', () => {
  const set = (...ids: string[]): ReadonlySet<string> => new Set(ids);

  it.each([
    [set('a', 'b'), set('a', 'b'), set('a', 'b'), null],
    [set('a', 'b'), set('a'), set('a'), /not confirmed by the peer: b/],
    [set('a'), set('a'), set(), /still in the queue here: a/],
    [set('a'), set(), set('a'), /not confirmed by the peer: a/],
    [set(), set(), set('a'), /without the peer's word: a/],
  ])('adds up or says what does not (%#)', (exported, imported, settled, wrong) => {
    const said = discrepancy({ exported, imported, settled });
    if (wrong === null) expect(said).toBeNull();
    else expect(said).toMatch(wrong);
  });
});
