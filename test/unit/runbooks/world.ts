/** A world of switches for playing runs against: each step turns one, and may fail in every way that a node can. */
import type { Fleet } from '../../../common/model/fleet.ts';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Cancel } from '../../../common/model/run.ts';
import type { Step } from '../../../common/roles/step.ts';
import { type JournalStore, type JournalWriter, parseJournal } from '../../../main/runbooks/journal.ts';
import type { Leases } from '../../../main/runbooks/lease.ts';
import type { Prepared, RunbookSource } from '../../../main/runbooks/runbook.ts';
import type { StepTools } from '../../../main/runbooks/step-context.ts';

export interface StepPlan {
  readonly already: boolean;
  readonly undoable: boolean;
  /** Each fault happens once: the second try works. */
  readonly fault: 'none' | 'fails-before' | 'fails-after' | 'does-nothing';
}

export const fleetForTests: Fleet = {
  name: 'test',
  clusters: [
    {
      ...{ id: 'mx', role: 'mx', nodes: ['mx1', 'mx2'] },
      ...{ vip: null, active: null, messagesPerSecondPerNode: null },
    },
    {
      ...{ id: 'edge', role: 'edge', nodes: ['edge1'] },
      ...{ vip: '192.0.2.1/24', active: null, messagesPerSecondPerNode: null },
    },
  ],
  nodes: ['mx1', 'mx2', 'edge1'].map((id) => ({
    ...{ id, address: `${id}.test`, port: 22 },
    ...{ user: null, failureDomain: null, jump: null, maintenance: null },
  })),
  mail: { domains: [], mailboxes: [] },
  ssh: { user: null, identityFile: null, knownHostsFile: null },
};

export const toolsForTests: StepTools = {
  door: {
    call: () => {
      throw new Error('no node here');
    },
  },
  operator: 'ada',
  reading: () => null,
  samples: () => null,
  template: async () => '',
  secret: async (name) => `secret-of-${name}`,
};

export class World implements RunbookSource {
  readonly values: string[];
  readonly wanted: readonly string[];
  readonly original: readonly string[];
  readonly plans: readonly StepPlan[];
  blindApplies = 0;
  applies = 0;
  /** The console is dead: nothing that it does reaches the world. */
  dead = false;
  private readonly faultsLeft: Set<number>;
  private readonly lookedSinceApply = new Set<number>();

  constructor(plans: readonly StepPlan[]) {
    this.plans = plans;
    this.wanted = plans.map((_plan, index) => `wanted-${index}`);
    this.original = plans.map((plan, index) => (plan.already ? `wanted-${index}` : `before-${index}`));
    this.values = [...this.original];
    this.faultsLeft = new Set(plans.flatMap((plan, index) => (plan.fault === 'none' ? [] : [index])));
  }

  isAsWanted(): boolean {
    return this.values.join() === this.wanted.join();
  }

  isAsBefore(): boolean {
    return this.values.join() === this.original.join();
  }

  revive(): void {
    this.dead = false;
    this.lookedSinceApply.clear();
  }

  async prepare(): Promise<Prepared> {
    return {
      ...{ title: 'Drain mx1', clusterId: 'mx', nodeId: 'mx1', fleet: fleetForTests },
      ...{ steps: this.plans.map((_plan, index) => this.step(index)), blastRadius: [], blockers: [] },
    };
  }

  step(index: number, cancel: Cancel = 'now'): Step {
    const fault = this.plans[index]?.fault ?? 'none';
    return {
      ...{ id: `turn-${index}`, title: `Turn ${index}`, nodeId: 'mx1', commands: [], changes: 'a switch' },
      ...{ cancel, timeoutMs: 1000 },
      observe: async () => {
        this.alive();
        this.lookedSinceApply.add(index);
        const value = this.values[index];
        return {
          state: value === this.wanted[index] ? 'done' : 'todo',
          detail: `it is ${value}`,
          facts: { value },
        };
      },
      apply: async () => {
        this.alive();
        this.applies++;
        if (!this.lookedSinceApply.delete(index)) this.blindApplies++;
        const faulty = this.faultsLeft.delete(index);
        if (faulty && fault === 'fails-before') throw new OpsError('command-failed', 'refused');
        if (faulty && fault === 'does-nothing') return;
        this.values[index] = this.wanted[index] ?? '';
        if (faulty && fault === 'fails-after') throw new OpsError('unreachable', 'the link died');
      },
      ...(this.plans[index]?.undoable && {
        undo: async (_context: unknown, before: unknown) => {
          this.alive();
          this.values[index] = (before as { value: string }).value;
        },
      }),
    };
  }

  private alive(): void {
    if (this.dead) throw new Error('a dead console acted');
  }
}

/**
 * The console dies around its n-th record: `after` it is on disk and before
 * what it announces, or `before` it is written and after what it tells of.
 */
export interface Crash {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export function crashing(journals: JournalStore, crash: Crash | null, world: World): JournalStore {
  let written = 0;
  const die = (): void => {
    world.dead = true;
    throw new Error('the console died');
  };
  const wrap = (writer: JournalWriter): JournalWriter => ({
    append(record) {
      if (world.dead) throw new Error('the console is dead');
      const now = ++written === crash?.at;
      if (now && crash?.when === 'before') die();
      writer.append(record);
      if (now) die();
    },
    close: () => writer.close(),
  });
  return {
    ...journals,
    create(runId, first) {
      const writer = journals.create(runId, first);
      written++;
      return wrap(writer);
    },
    reopen: (runId) => wrap(journals.reopen(runId)),
  };
}

/** Journals that survive the console but not the test: property tests need hundreds of consoles. */
export function memoryJournals(): JournalStore {
  const runs = new Map<string, string>();
  const writer = (runId: string): JournalWriter => ({
    append: (record) => {
      runs.set(runId, `${runs.get(runId) ?? ''}${JSON.stringify(record)}\n`);
    },
    close: () => {},
  });
  return {
    create(runId, first) {
      const made = writer(runId);
      made.append(first);
      return made;
    },
    reopen: writer,
    read: (runId) => parseJournal(runs.get(runId) ?? '', runId),
    list: () => [...runs].map(([runId, text]) => ({ runId, stamp: `${text.length}` })),
  };
}

/** Every console gets the lease: these tests never run two at once. */
export function freeLeases(): Leases {
  let epoch = 0;
  return {
    acquire: async () => ({ epoch: ++epoch, lost: new AbortController().signal, release: () => {} }),
    holders: () => [],
    epoch: () => epoch,
  };
}
