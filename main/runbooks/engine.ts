/**
 * The engine of runbooks: plans, starts, cancels, undoes and resumes runs, and
 * remembers them in the journal.
 *
 *   plan    prepared from the facts of now; shown, kept for half an hour
 *   start   takes the lease of every cluster touched, prepares again
 *           (pre-flight), refuses when the plan is no longer the one shown
 *   resume  after a failure, a cancel or the death of the console: goes on with
 *           the first step that was not seen done, beginning with a look
 *   undo    backwards through every step that may have changed something
 */
import { randomBytes } from 'node:crypto';
import type { ClusterId } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { Blocker } from '../../common/model/problem.ts';
import type { Plan, Run, RunSummary } from '../../common/model/run.ts';
import type { JournalStore } from './journal.ts';
import type { Phase, StartedRecord } from './journal-record.ts';
import type { Lease, Leases } from './lease.ts';
import { LiveRun } from './live-run.ts';
import { RunArchive } from './run-archive.ts';
import { beginRun, foldRun, stepsToUndo, summaryOf } from './run-memory.ts';
import {
  clustersTouched,
  type Prepared,
  planStep,
  type RunbookSource,
  type RunParams,
  runParamsSchema,
} from './runbook.ts';
import type { StepTools } from './step-context.ts';
import { type StepLimits, stepLimits } from './step-run.ts';

export interface EngineParts {
  readonly journals: JournalStore;
  readonly leases: Leases;
  readonly source: RunbookSource;
  readonly tools: StepTools;
  readonly limits?: StepLimits;
  now?(): number;
}

/** Why a run was not started; the CLI and the window show each blocker. */
export class BlockedError extends OpsError {
  readonly blockers: readonly Blocker[];

  constructor(title: string, blockers: readonly Blocker[]) {
    super('bad-input', `${title} was not started. ${blockers.map((blocker) => blocker.message).join(' ')}`);
    this.blockers = blockers;
  }
}

const plansKept = 100;
const planLifeMs = 30 * 60_000;
/** Live output is told at most this often; changes of state at once. */
const tellEveryMs = 100;

export class Engine {
  private readonly parts: EngineParts;
  private readonly limits: StepLimits;
  private readonly now: () => number;
  private readonly plans = new Map<string, { plan: Plan; params: RunParams }>();
  private readonly live = new Map<string, LiveRun>();
  private readonly archive: RunArchive;
  private readonly listeners = new Set<(run: Run) => void>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.limits = parts.limits ?? stepLimits;
    this.now = parts.now ?? Date.now;
    this.archive = new RunArchive(parts.journals, parts.leases);
  }

  async plan(params: RunParams): Promise<Plan> {
    const prepared = await this.parts.source.prepare(params, 'plan');
    checkSteps(prepared);
    const plan: Plan = {
      id: randomBytes(9).toString('base64url'),
      runbook: params.runbook,
      title: prepared.title,
      clusterId: prepared.clusterId,
      nodeId: prepared.nodeId,
      steps: prepared.steps.map(planStep),
      blastRadius: prepared.blastRadius,
      blockers: [...prepared.blockers, ...this.unfinished(params, prepared)],
      createdAtMs: this.now(),
    };
    this.plans.set(plan.id, { plan, params });
    for (const [id, old] of this.plans) {
      if (this.plans.size > plansKept || this.now() - old.plan.createdAtMs > planLifeMs)
        this.plans.delete(id);
    }
    return plan;
  }

  /**
   * Starts what was shown; answers the run's id at once.
   *
   * Throws: BlockedError; OpsError 'lease-held', or 'bad-input' when the plan is gone or no longer what it was.
   */
  async start(planId: string, overrides: readonly string[], shared?: Lease): Promise<string> {
    const kept = this.plans.get(planId);
    if (!kept || this.now() - kept.plan.createdAtMs > planLifeMs) {
      throw new OpsError('bad-input', 'This plan is no longer kept. Look at a new one, then start.');
    }
    const { params, plan } = kept;
    const runId = this.newRunId(params.runbook);
    const { operator } = this.parts.tools;
    // The lease comes first: what the pre-flight sees cannot be changed by another run of ours afterwards.
    const first = await this.parts.source.prepare(params, 'plan');
    const lease = shared ?? (await this.parts.leases.acquire(clustersTouched(first), { runId, operator }));
    try {
      const prepared = await this.parts.source.prepare(params, 'plan');
      checkSteps(prepared);
      refuseWhenBlocked(
        prepared.title,
        [...prepared.blockers, ...this.unfinished(params, prepared)],
        overrides,
      );
      const steps = prepared.steps.map(planStep);
      if (steps.map((step) => step.id).join('\n') !== plan.steps.map((step) => step.id).join('\n')) {
        throw new OpsError(
          'bad-input',
          `${plan.title}: the fleet has changed since this plan was made, and other steps are needed now. Nothing was started; look at the new plan.`,
        );
      }
      const started: StartedRecord = {
        ...{ kind: 'started', version: 1, at: this.now(), runId, runbook: params.runbook, params },
        ...{ title: prepared.title, clusterId: prepared.clusterId, nodeId: prepared.nodeId },
        leases: [...clustersTouched(prepared)],
        ...{ operator, epoch: lease.epoch, overrides: [...overrides] },
        blastRadius: [...prepared.blastRadius],
        steps: steps.map((step) => ({ ...step, commands: [...step.commands] })),
      };
      const journal = this.parts.journals.create(runId, started);
      this.plans.delete(planId);
      this.go(
        new LiveRun(beginRun(started), {
          ...{ journal, prepared, limits: this.limits, tools: this.parts.tools, now: this.now },
          lease: shared ? { lost: shared.lost, release: () => {} } : lease,
          changed: (run, urgent) => this.tell(run, urgent),
        }),
      );
      return runId;
    } catch (thrown) {
      if (!shared) lease.release();
      throw thrown;
    }
  }

  /** For several runs under one lease (the first servers of a fleet). */
  acquire(clusters: readonly ClusterId[], runId: string): Promise<Lease> {
    return this.parts.leases.acquire(clusters, { runId, operator: this.parts.tools.operator });
  }

  cancel(runId: string): void {
    const run = this.live.get(runId);
    if (!run) {
      const { state } = this.get(runId);
      throw new OpsError(
        'bad-input',
        state === 'running' || state === 'cancelling' || state === 'undoing'
          ? 'Another Mailyard on this machine runs it; cancel it there.'
          : 'It does not run any more.',
      );
    }
    run.cancel(this.parts.tools.operator);
  }

  resume(runId: string): Promise<void> {
    const { memory } = this.archive.load(runId);
    return this.goOn(runId, memory.phase === 'undo' && !memory.ended ? 'undo' : 'forward');
  }

  undo(runId: string): Promise<void> {
    return this.goOn(runId, 'undo');
  }

  get(runId: string): Run {
    return this.live.get(runId)?.view() ?? this.archive.view(runId);
  }

  /** What the run was asked to do. Throws as JournalStore.read does. */
  paramsOf(runId: string): RunParams {
    return runParamsSchema.parse(this.archive.load(runId).memory.started.params);
  }

  /** Newest first. */
  list(): readonly RunSummary[] {
    return this.archive.summaries().map((run) => {
      const live = this.live.get(run.id);
      return live ? summaryOf(live.view()) : run;
    });
  }

  onRun(listener: (run: Run) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves with the run when this process no longer runs it. */
  async settled(runId: string): Promise<Run> {
    await this.live.get(runId)?.finished;
    return this.get(runId);
  }

  /** Runs that go on are left in the journal as interrupted; jobs on nodes go on there. */
  async dispose(): Promise<void> {
    await Promise.all([...this.live.values()].map((run) => run.dispose()));
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.listeners.clear();
  }

  private async goOn(runId: string, phase: Phase): Promise<void> {
    const before = this.get(runId);
    const wanted = phase === 'undo' ? 'undo' : 'resume';
    if (!before.may.includes(wanted) && !(phase === 'undo' && before.may.includes('resume'))) {
      throw new OpsError(
        'bad-input',
        `${before.title} cannot be ${wanted === 'undo' ? 'undone' : 'resumed'} now. ${before.sentence}`,
      );
    }
    const { memory } = this.archive.load(runId);
    const params = runParamsSchema.parse(memory.started.params);
    const prepared = await this.parts.source.prepare(params, 'resume');
    checkSteps(prepared);
    const known = new Set(prepared.steps.map((step) => step.id));
    const missing = (phase === 'undo' ? stepsToUndo(memory) : memory.steps).filter(
      (step) => step.state !== 'done' && step.state !== 'already' && !known.has(step.plan.id),
    );
    if (missing.length > 0) {
      throw new OpsError(
        'bad-input',
        `${before.title} was planned by another version of Mailyard or for another fleet: the step “${missing[0]?.plan.title}” no longer exists. Look at the nodes and make a new plan.`,
      );
    }
    const { operator } = this.parts.tools;
    const clusters = [...new Set([...memory.started.leases, ...clustersTouched(prepared)])].sort();
    const lease = await this.parts.leases.acquire(clusters, { runId, operator });
    try {
      // Read again under the lease: another console may have gone on with it meanwhile.
      const records = this.parts.journals.read(runId);
      const journal = this.parts.journals.reopen(runId);
      const resumed = { kind: 'resumed', at: this.now(), phase, operator, epoch: lease.epoch } as const;
      journal.append(resumed);
      this.go(
        new LiveRun(foldRun([...records, resumed]), {
          ...{ journal, lease, prepared, limits: this.limits, tools: this.parts.tools, now: this.now },
          changed: (run, urgent) => this.tell(run, urgent),
        }),
      );
    } catch (thrown) {
      lease.release();
      throw thrown;
    }
  }

  private go(run: LiveRun): void {
    this.live.set(run.id, run);
    this.archive.invalidate();
    void run.finished.then(() => {
      this.live.delete(run.id);
      this.tell(this.archive.view(run.id), true);
    });
  }

  /** An interrupted run must be ended first: on top of a half-done change nothing can be planned well. */
  private unfinished(params: RunParams, prepared: Prepared): readonly Blocker[] {
    if (params.runbook === 'undrain') return [];
    const open = this.list().find(
      (run) =>
        (run.state === 'interrupted' || run.state === 'unknown') &&
        run.clusterId === prepared.clusterId &&
        run.may.length > 0,
    );
    if (!open) return [];
    return [
      {
        code: 'unfinished-run',
        message: `An earlier run is not finished: ${open.sentence} (run ${open.id})`,
        overridable: true,
      },
    ];
  }

  private newRunId(runbook: string): string {
    const time = new Date(this.now()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
    return `${time}-${runbook}-${randomBytes(3).toString('hex')}`;
  }

  private tell(run: Run, urgent: boolean): void {
    const timer = this.waiting.get(run.id);
    if (urgent) {
      clearTimeout(timer);
      this.waiting.delete(run.id);
      for (const listener of this.listeners) listener(run);
    } else if (!timer) {
      this.waiting.set(
        run.id,
        setTimeout(() => {
          this.waiting.delete(run.id);
          const live = this.live.get(run.id);
          if (live) for (const listener of this.listeners) listener(live.view());
        }, tellEveryMs),
      );
    }
  }
}

function refuseWhenBlocked(title: string, blockers: readonly Blocker[], overrides: readonly string[]): void {
  const standing = blockers.filter((blocker) => !blocker.overridable || !overrides.includes(blocker.code));
  if (standing.length > 0) throw new BlockedError(title, standing);
}

/** The journal finds steps by id: two of one name would be taken for each other. */
function checkSteps(prepared: Prepared): void {
  const seen = new Set<string>();
  for (const { id } of prepared.steps) {
    if (seen.has(id)) throw new Error(`${prepared.title}: two steps are called ${id}`);
    seen.add(id);
  }
}
