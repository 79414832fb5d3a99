import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Blocker } from '../../../common/model/problem.ts';
import type { Step } from '../../../common/roles/step.ts';
import { BlockedError, Engine } from '../../../main/runbooks/engine.ts';
import { fileJournals } from '../../../main/runbooks/journal.ts';
import { fileLeases } from '../../../main/runbooks/lease-file.ts';
import type { Prepared } from '../../../main/runbooks/runbook.ts';
import { fleetForTests, toolsForTests } from './world.ts';

let folder = '';
const engines: Engine[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailyard-engine-'));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A step that is done when somebody says so. */
class Switch {
  on = false;
  applied = 0;
  readonly id: string;
  /** Called in apply; a promise that never ends is a step that hangs. */
  work: (signal: AbortSignal) => Promise<void> = async () => {};
  sees: () => Promise<void> = async () => {};
  constructor(id: string) {
    this.id = id;
  }

  step(over: Partial<Step> = {}): Step {
    return {
      ...{ id: this.id, title: `Turn ${this.id}`, nodeId: 'mx1', commands: [], changes: 'a switch' },
      ...{ cancel: 'now', timeoutMs: 60_000 },
      observe: async () => {
        await this.sees();
        return { state: this.on ? 'done' : 'todo', detail: this.on ? 'on' : 'off', facts: { on: this.on } };
      },
      apply: async (context) => {
        this.applied++;
        await this.work(context.signal);
        this.on = true;
      },
      undo: async (_context, before) => {
        this.on = (before as { on: boolean }).on;
      },
      ...over,
    };
  }
}

interface Given {
  steps: Step[];
  blockers?: Blocker[];
  undoPastUnreachable?: boolean;
}

function engineFor(given: Given): Engine {
  const engine = new Engine({
    journals: fileJournals(join(folder, 'runs')),
    leases: fileLeases(join(folder, 'leases')),
    source: {
      prepare: async (): Promise<Prepared> => ({
        ...{ title: 'Drain mx1', clusterId: 'mx', nodeId: 'mx1', fleet: fleetForTests, blastRadius: [] },
        ...{ blockers: [], ...given },
      }),
    },
    tools: toolsForTests,
    limits: { observeMs: 1000, lookAgainMs: 0, lookEveryMs: 1 },
  });
  engines.push(engine);
  return engine;
}

const params = { runbook: 'drain', clusterId: 'mx', nodeId: 'mx1' } as const;

async function begin(engine: Engine, overrides: string[] = []): Promise<string> {
  return engine.start((await engine.plan(params)).id, overrides);
}

async function applied(it: Switch): Promise<void> {
  await vi.waitFor(() => expect(it.applied).toBe(1), { timeout: 5000, interval: 5 });
}

/** Hangs until it is told to stop. */
const hang = (signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('a run', () => {
  it('skips what is so already and does the rest', async () => {
    const [one, two] = [new Switch('one'), new Switch('two')];
    one.on = true;
    const engine = engineFor({ steps: [one.step(), two.step()] });
    const run = await engine.settled(await begin(engine));
    expect(run.state).toBe('succeeded');
    expect(run.steps.map((step) => step.state)).toEqual(['already', 'done']);
    expect([one.applied, two.applied]).toEqual([0, 1]);
    expect(run.steps[1]).toMatchObject({ before: 'off', after: 'on' });
  });

  it('is failed when a step says that it worked and the look says that it did not', async () => {
    const one = new Switch('one');
    const engine = engineFor({ steps: [one.step({ apply: async () => {} }), new Switch('two').step()] });
    const run = await engine.settled(await begin(engine));
    expect(run.state).toBe('failed');
    expect(run.steps.map((step) => step.state)).toEqual(['failed', 'not-reached']);
    expect(run.steps[0]?.error).toContain('it is not so');
  });

  it('believes the look when the command died with its link', async () => {
    const one = new Switch('one');
    const engine = engineFor({
      steps: [
        one.step({
          apply: async () => {
            one.on = true;
            throw new OpsError('unreachable', 'the link died');
          },
        }),
      ],
    });
    const run = await engine.settled(await begin(engine));
    expect(run.state).toBe('succeeded');
    expect(run.steps[0]?.output.join()).toContain('the link died');
  });

  it('is unknown, not failed, when nobody can see how the step ended', async () => {
    const one = new Switch('one');
    one.work = async () => {
      one.sees = async () => {
        throw new OpsError('unreachable', 'mx1 does not answer');
      };
    };
    const engine = engineFor({ steps: [one.step()] });
    const run = await engine.settled(await begin(engine));
    expect(run.state).toBe('unknown');
    expect(run.steps[0]).toMatchObject({ state: 'unknown' });
    expect(run.may).toEqual(['resume', 'undo']);
    one.sees = async () => {};
    await engine.resume(run.id);
    expect((await engine.settled(run.id)).state).toBe('succeeded');
    expect(one.applied).toBe(1);
  });

  it('changes nothing when it cannot look first', async () => {
    const one = new Switch('one');
    one.sees = async () => {
      throw new OpsError('access-denied', 'mx1 does not let us in');
    };
    const engine = engineFor({ steps: [one.step()] });
    const run = await engine.settled(await begin(engine));
    expect(run.state).toBe('failed');
    expect(run.sentence).toContain('Nothing was changed by this step');
    expect(one.applied).toBe(0);
  });

  it('keeps secrets out of output, errors and the journal', async () => {
    const one = new Switch('one');
    const engine = engineFor({
      steps: [
        one.step({
          apply: async (context) => {
            const secret = await context.secret('vrrp');
            context.output(`using ${secret}`);
            throw new OpsError('command-failed', `keepalived does not like ${secret}`);
          },
        }),
      ],
    });
    const run = await engine.settled(await begin(engine));
    expect(JSON.stringify(run)).not.toContain('secret-of-vrrp');
    expect(run.steps[0]?.output).toEqual(['using (secret)']);
  });
});

describe('a start', () => {
  const blocker = { code: 'last-one', message: 'mx1 is the last one.', overridable: true };

  it('is refused with the blocker, unless that very blocker is overridden', async () => {
    const engine = engineFor({ steps: [new Switch('one').step()], blockers: [blocker] });
    await expect(begin(engine)).rejects.toBeInstanceOf(BlockedError);
    await expect(begin(engine, ['another'])).rejects.toThrow('mx1 is the last one.');
    expect((await engine.settled(await begin(engine, ['last-one']))).state).toBe('succeeded');
  });

  it('never overrides what may not be overridden', async () => {
    const engine = engineFor({
      steps: [new Switch('one').step()],
      blockers: [{ ...blocker, overridable: false }],
    });
    await expect(begin(engine, ['last-one'])).rejects.toBeInstanceOf(BlockedError);
  });

  it('looks again and refuses when the plan is no longer the one that was shown', async () => {
    const given: Given = { steps: [new Switch('one').step()] };
    const engine = engineFor(given);
    const plan = await engine.plan(params);
    given.steps.push(new Switch('two').step());
    // The engine prepares anew at the start: it sees the added step.
    await expect(engine.start(plan.id, [])).rejects.toThrow('other steps are needed now');
  });

  it('is refused while another run changes a cluster that this one touches', async () => {
    const one = new Switch('one');
    one.work = hang;
    const engine = engineFor({ steps: [one.step(), new Switch('edge').step({ nodeId: 'edge1' })] });
    const runId = await begin(engine);
    await applied(one);
    const other = engineFor({ steps: [new Switch('x').step({ nodeId: 'edge1' })] });
    await expect(begin(other)).rejects.toMatchObject({ problem: 'lease-held' });
    expect(other.get(runId)).toMatchObject({ state: 'running', may: [] });
    engine.cancel(runId);
    await engine.settled(runId);
    expect((await other.settled(await begin(other))).state).toBe('succeeded');
  });

  it('gives every run a higher epoch', async () => {
    const epochs: number[] = [];
    const step = new Switch('one').step({
      apply: async (context) => {
        await context.verb('mx1', { name: 'x' } as never, {});
      },
    });
    const engine = new Engine({
      journals: fileJournals(join(folder, 'runs')),
      leases: fileLeases(join(folder, 'leases'), () => 1000),
      source: {
        prepare: async () => ({
          ...{ title: 't', clusterId: 'mx', nodeId: 'mx1', fleet: fleetForTests, steps: [step] },
          ...{ blastRadius: [], blockers: [] },
        }),
      },
      tools: {
        ...toolsForTests,
        door: {
          call: async (call) => {
            epochs.push(call.epoch);
            return { state: {} as never, satisfied: true, changed: true };
          },
        },
      },
      limits: { observeMs: 1000, lookAgainMs: 0, lookEveryMs: 1 },
    });
    engines.push(engine);
    for (let at = 0; at < 3; at++) await engine.settled(await begin(engine));
    expect(epochs).toEqual([1000, 1001, 1002]);
  });
});

describe('a cancel', () => {
  it('stops a step that may be stopped at once, and what was done stays until it is undone', async () => {
    const [one, two] = [new Switch('one'), new Switch('two')];
    two.work = hang;
    const engine = engineFor({ steps: [one.step(), two.step()] });
    const runId = await begin(engine);
    await applied(two);
    engine.cancel(runId);
    const run = await engine.settled(runId);
    expect(run.state).toBe('cancelled');
    expect(run.steps.map((step) => step.state)).toEqual(['done', 'not-reached']);
    expect(one.on).toBe(true);
    await engine.undo(runId);
    expect((await engine.settled(runId)).state).toBe('undone');
    expect(one.on).toBe(false);
  });

  it('lets a step end that must not be cut in the middle', async () => {
    const [one, two] = [new Switch('one'), new Switch('two')];
    let finish = (): void => {};
    one.work = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const engine = engineFor({ steps: [one.step({ cancel: 'after-step' }), two.step()] });
    const runId = await begin(engine);
    await applied(one);
    engine.cancel(runId);
    expect(engine.get(runId).state).toBe('cancelling');
    finish();
    const run = await engine.settled(runId);
    expect(run.state).toBe('cancelled');
    expect(run.steps.map((step) => step.state)).toEqual(['done', 'not-reached']);
  });

  it('is refused, and not offered, where it would be a lie', async () => {
    const one = new Switch('one');
    let finish = (): void => {};
    one.work = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const engine = engineFor({ steps: [one.step({ cancel: 'never' })] });
    const runId = await begin(engine);
    await applied(one);
    expect(engine.get(runId).may).toEqual([]);
    expect(() => engine.cancel(runId)).toThrow('cannot be stopped half-way');
    finish();
    expect((await engine.settled(runId)).state).toBe('succeeded');
  });
});

describe('an undo', () => {
  it('goes backwards and leaves what was so before us', async () => {
    const order: string[] = [];
    const [one, two, three] = [new Switch('one'), new Switch('two'), new Switch('three')];
    two.on = true;
    const noting = (it: Switch): Step =>
      it.step({
        undo: async () => {
          order.push(it.id);
          it.on = false;
        },
      });
    const engine = engineFor({ steps: [noting(one), noting(two), noting(three)] });
    const runId = await begin(engine);
    await engine.settled(runId);
    await engine.undo(runId);
    const run = await engine.settled(runId);
    expect(order).toEqual(['three', 'one']);
    expect(run.steps.map((step) => step.state)).toEqual(['undone', 'already', 'undone']);
    expect(run.may).toEqual([]);
  });

  it('says which steps cannot be put back', async () => {
    const engine = engineFor({
      steps: [
        new Switch('one').step({ undo: undefined, title: 'Install packages' }),
        new Switch('two').step(),
      ],
    });
    const runId = await begin(engine);
    await engine.settled(runId);
    await engine.undo(runId);
    expect((await engine.settled(runId)).sentence).toContain('except “Install packages”');
  });

  it('is failed when the look still shows the step’s work', async () => {
    const engine = engineFor({ steps: [new Switch('one').step({ undo: async () => {} })] });
    const runId = await begin(engine);
    await engine.settled(runId);
    await engine.undo(runId);
    const run = await engine.settled(runId);
    expect(run.state).toBe('failed');
    expect(run.may).toContain('undo');
  });

  it('puts the rest back when a new server is gone for good, and says so', async () => {
    const [edge, mx] = [new Switch('edge'), new Switch('mx')];
    const engine = engineFor({
      steps: [edge.step({ nodeId: 'edge1' }), mx.step()],
      undoPastUnreachable: true,
    });
    const runId = await begin(engine);
    await engine.settled(runId);
    mx.sees = async () => {
      throw new OpsError('unreachable', 'mx1 is gone');
    };
    await engine.undo(runId);
    const run = await engine.settled(runId);
    expect(edge.on).toBe(false);
    expect(run.state).toBe('unknown');
  });

  it('is not offered for a run that a newer one of the same node has passed over', async () => {
    const one = new Switch('one');
    const engine = engineFor({ steps: [one.step()] });
    const first = await begin(engine);
    await engine.settled(first);
    one.on = false;
    await new Promise((resolve) => setTimeout(resolve, 2));
    await engine.settled(await begin(engine));
    expect(engine.get(first).may).toEqual([]);
    await expect(engine.undo(first)).rejects.toThrow('cannot be undone now');
  });
});

describe('a console that quits', () => {
  it('leaves the run interrupted, and that stands in the way of the next plan until it is ended', async () => {
    const one = new Switch('one');
    one.work = hang;
    const engine = engineFor({ steps: [one.step()] });
    const runId = await begin(engine);
    await applied(one);
    await engine.dispose();

    const next = engineFor({ steps: [one.step()] });
    expect(next.get(runId)).toMatchObject({ state: 'interrupted', may: ['resume', 'undo'] });
    expect(next.get(runId).steps[0]?.state).toBe('unknown');
    expect((await next.plan(params)).blockers[0]).toMatchObject({
      code: 'unfinished-run',
      overridable: true,
    });
    one.work = async () => {};
    await next.resume(runId);
    expect((await next.settled(runId)).state).toBe('succeeded');
    expect((await next.plan(params)).blockers).toEqual([]);
  });
});
