import { expect, test } from 'vitest';
import { z } from 'zod';
import type { EpochGate } from '../../../agent/verb/epoch-gate.ts';
import type { JournalEntry } from '../../../agent/verb/node-journal.ts';
import { performVerb, type VerbSurroundings } from '../../../agent/verb/perform-verb.ts';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { VerbHost } from '../../../common/roles/host.ts';
import { defineVerb, type VerbRequest } from '../../../common/verbs/verb.ts';

/** A lamp: the least thing that has a state. */
function lamp(): { lit: boolean; surroundings: VerbSurroundings; journal: JournalEntry[]; gated: number } {
  const world = { lit: false, journal: [] as JournalEntry[], gated: 0 };
  const input = z.strictObject({ lit: z.boolean(), password: z.string().optional() });
  const state = z.strictObject({ lit: z.boolean() });
  const look = async (_host: VerbHost, wanted: { lit: boolean }) => ({
    satisfied: world.lit === wanted.lit,
    state: { lit: world.lit },
  });
  const lampVerb = defineVerb({
    ...{ name: 'lamp', input, state, detached: false, secretFields: ['password'] },
    observe: look,
    apply: async (host, wanted) => {
      world.lit = wanted.lit;
      host.output('click');
    },
  });
  const broken = defineVerb({
    ...{ name: 'broken', input, state, detached: false },
    observe: look,
    apply: async () => {
      throw new OpsError('command-failed', 'The bulb is missing.');
    },
  });
  const slow = defineVerb({ ...lampVerb, name: 'slow', detached: true });
  const again = defineVerb({ ...lampVerb, name: 'again', always: () => true });
  const gate: EpochGate = {
    pass: async (_host, action) => {
      world.gated += 1;
      return await action();
    },
  };
  const surroundings: VerbSurroundings = {
    verbs: new Map([lampVerb, broken, slow, again].map((verb) => [verb.name, verb])),
    host: (caller, output) => ({ caller, output }) as VerbHost,
    gate,
    journal: async (entry) => void world.journal.push(entry),
    detach: async ({ run, step }) => `${run}-${step}`,
  };
  return Object.assign(world, { surroundings });
}

function request(more: Partial<VerbRequest> = {}): string {
  const usual: VerbRequest = {
    ...{ epoch: 1, operator: 'ann', run: 'r1', step: 's1', mode: 'apply', input: { lit: true } },
  };
  return JSON.stringify({ ...usual, ...more });
}

test('a verb looks, acts under the gate, looks again, and is written down with who and why', async () => {
  const world = lamp();
  expect(await performVerb('lamp', request(), world.surroundings)).toEqual({
    ...{
      ok: true,
      changed: true,
      satisfied: true,
      before: { lit: false },
      after: { lit: true },
      output: ['click'],
    },
  });
  expect(world.gated).toBe(1);
  expect(world.journal).toMatchObject([
    { verb: 'lamp', operator: 'ann', run: 'r1', step: 's1', result: 'done' },
  ]);
});

test('what is so already is not done again, unless it is a thing that is done each time', async () => {
  const world = lamp();
  await performVerb('lamp', request(), world.surroundings);
  expect(await performVerb('lamp', request(), world.surroundings)).toMatchObject({
    changed: false,
    output: [],
  });
  expect(await performVerb('again', request(), world.surroundings)).toMatchObject({
    changed: true,
    output: ['click'],
  });
});

test('a look changes nothing, asks for no gate and is not journalled', async () => {
  const world = lamp();
  expect(await performVerb('lamp', request({ mode: 'look' }), world.surroundings)).toMatchObject({
    ...{ ok: true, changed: false, satisfied: false },
  });
  expect([world.lit, world.gated, world.journal]).toEqual([false, 0, []]);
});

test.each([
  ['a verb that there is not', 'lampp', request()],
  ['a field that nobody named', 'lamp', request({ input: { lit: true, also: 1 } })],
  ['a field of the request that nobody named', 'lamp', request({ shell: 'sh' } as never)],
  ['a value of another type', 'lamp', request({ input: { lit: 'yes' } })],
  ['a step that would leave its directory', 'lamp', request({ step: '../../etc' })],
  ['an epoch below zero', 'lamp', request({ epoch: -1 })],
  ['no JSON at all', 'lamp', 'lit'],
])('%s is refused and nothing happens', async (_what, name, text) => {
  const world = lamp();
  expect(await performVerb(name, text, world.surroundings)).toMatchObject({
    ok: false,
    problem: 'bad-input',
  });
  expect([world.lit, world.gated]).toEqual([false, 0]);
});

test('a failure is an answer, and is journalled as one', async () => {
  const world = lamp();
  expect(await performVerb('broken', request(), world.surroundings)).toEqual({
    ...{ ok: false, problem: 'command-failed', message: 'The bulb is missing.', output: [] },
  });
  expect(world.journal).toMatchObject([{ failed: true }]);
});

test('a secret reaches neither the journal nor its words', async () => {
  const world = lamp();
  await performVerb('lamp', request({ input: { lit: true, password: 'hunter2' } }), world.surroundings);
  expect(JSON.stringify(world.journal)).not.toContain('hunter2');
});

test('a long verb is handed over and named, unless there is nothing to do', async () => {
  const world = lamp();
  expect(await performVerb('slow', request(), world.surroundings)).toEqual({ ok: true, detached: 'r1-s1' });
  world.lit = true;
  expect(await performVerb('slow', request(), world.surroundings)).toMatchObject({
    changed: false,
    satisfied: true,
  });
});
