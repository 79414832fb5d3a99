/**
 * The promise of the engine: whenever the console dies, the next one can go on
 * or go back, and where it arrives is what the world shows, not what was
 * believed. Runs here are played against a small world whose steps fail, lie
 * about their exit and are cut off in the middle.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../../../main/runbooks/engine.ts';
import { fileJournals, type JournalStore } from '../../../main/runbooks/journal.ts';
import {
  type Crash,
  crashing,
  freeLeases,
  memoryJournals,
  type StepPlan,
  toolsForTests,
  World,
} from './world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailyard-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = { observeMs: 1000, lookAgainMs: 0, lookEveryMs: 1 };
const leases = freeLeases();

/** A console on the same journals, which may die around one of its journal records. */
function openConsole(world: World, kept: JournalStore, crash: Crash | null = null): Engine {
  return new Engine({
    journals: crashing(kept, crash, world),
    leases,
    source: world,
    tools: toolsForTests,
    limits,
  });
}

const plans = fc.array(
  fc.record<StepPlan>({
    /** Some steps find their work done already. */
    already: fc.boolean(),
    undoable: fc.constant(true),
    fault: fc.constantFrom('none', 'none', 'fails-before', 'fails-after', 'does-nothing'),
  }),
  { minLength: 1, maxLength: 5 },
);

const crashes = fc.record<Crash>({
  at: fc.integer({ min: 2, max: 20 }),
  when: fc.constantFrom('before', 'after'),
});

async function startAndWait(engine: Engine): Promise<string> {
  const plan = await engine.plan({ runbook: 'drain', clusterId: 'mx', nodeId: 'mx1' });
  const runId = await engine.start(plan.id, []);
  await engine.settled(runId);
  return runId;
}

function onlyJournal(where: string): string {
  const [name] = readdirSync(where).filter((file) => file.endsWith('.ndjson'));
  if (!name) throw new Error('no journal was written');
  return join(where, name);
}

describe('a console that dies', () => {
  it('around any journal record is followed by one that finishes the work', async () => {
    await fc.assert(
      fc.asyncProperty(plans, crashes, async (steps, crash) => {
        const where = memoryJournals();
        const world = new World(steps);
        const first = openConsole(world, where, crash);
        const runId = await startAndWait(first);
        world.revive();
        const second = openConsole(world, where);
        for (let tries = 0; second.get(runId).state !== 'succeeded' && tries <= steps.length; tries++) {
          await second.resume(runId);
          await second.settled(runId);
        }
        expect(second.get(runId).state).toBe('succeeded');
        expect(world.isAsWanted()).toBe(true);
        expect(world.blindApplies).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('around any journal record is followed by one that puts everything back', async () => {
    await fc.assert(
      fc.asyncProperty(plans, crashes, crashes, crashes, async (steps, crash, crashOfResume, crashOfUndo) => {
        const where = memoryJournals();
        const world = new World(steps);
        const runId = await startAndWait(openConsole(world, where, crash));
        world.revive();
        // Somebody tried to go on before going back; that died, too, or failed.
        const between = openConsole(world, where, crashOfResume);
        if (between.get(runId).may.includes('resume')) {
          await between.resume(runId);
          await between.settled(runId);
        }
        world.revive();
        // The undo dies in the middle too, and is gone on with.
        const second = openConsole(world, where, crashOfUndo);
        if (second.get(runId).may.includes('undo')) {
          await second.undo(runId);
          await second.settled(runId);
        }
        world.revive();
        const third = openConsole(world, where);
        if (third.get(runId).may.includes('undo')) {
          await third.undo(runId);
          await third.settled(runId);
        }
        expect(third.get(runId).may).not.toContain('undo');
        expect(world.isAsBefore()).toBe(true);
        expect(world.blindApplies).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('in the middle of writing any byte of a record leaves a journal that can be gone on with', async () => {
    const steps: StepPlan[] = [
      { already: false, undoable: true, fault: 'none' },
      { already: true, undoable: true, fault: 'none' },
      { already: false, undoable: true, fault: 'none' },
    ];
    // 1 started, 3 records a step, 1 ended
    for (let record = 2; record <= 11; record++) {
      const where = mkdtempSync(join(folder, 't'));
      const runId = await startAndWait(
        openConsole(new World(steps), fileJournals(where), { at: record, when: 'after' }),
      );
      const whole = readFileSync(onlyJournal(where));
      const lastStart = whole.subarray(0, -1).lastIndexOf(0x0a) + 1;
      rmSync(where, { recursive: true });
      for (let end = lastStart; end < whole.length; end += 61) {
        const torn = mkdtempSync(join(folder, 't'));
        const world = new World(steps);
        const tornRunId = await startAndWait(
          openConsole(world, fileJournals(torn), { at: record, when: 'after' }),
        );
        const bytes = readFileSync(onlyJournal(torn)).length;
        truncateSync(onlyJournal(torn), bytes - (whole.length - end));
        world.revive();
        const second = openConsole(world, fileJournals(torn));
        expect(second.get(tornRunId).state).toBe('interrupted');
        await second.resume(tornRunId);
        expect((await second.settled(tornRunId)).state).toBe('succeeded');
        expect(world.isAsWanted()).toBe(true);
        rmSync(torn, { recursive: true });
      }
      expect(runId).not.toBe('');
    }
  }, 60_000);
});
