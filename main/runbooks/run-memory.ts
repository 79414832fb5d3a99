/**
 * What is known of a run, folded from its journal. The running engine and a
 * console that was just started see the same run, because both fold the same
 * records; live output and progress are added beside it.
 */
import type { Run, RunStep, RunSummary, StepState } from '../../common/model/run.ts';
import type { JournalRecord, Phase, StartedRecord } from './journal-record.ts';
import { runSentence } from './run-sentence.ts';

export interface StepMemory {
  readonly plan: StartedRecord['steps'][number];
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly error: string | null;
  readonly output: readonly string[];
  /** From the look before the first change: what undo puts back. */
  readonly facts: unknown;
  /** It was seen `todo` and so may have been changed by us: undo must look after it. */
  readonly touched: boolean;
}

export interface RunMemory {
  readonly started: StartedRecord;
  readonly phase: Phase;
  readonly epoch: number;
  readonly cancelAsked: boolean;
  readonly ended: Extract<JournalRecord, { kind: 'ended' }> | null;
  readonly lastAtMs: number;
  readonly steps: readonly StepMemory[];
}

/** Throws a plain error on an empty journal: `create` writes the first record before anybody can see the run. */
export function foldRun(records: readonly JournalRecord[]): RunMemory {
  const [first, ...rest] = records;
  if (first?.kind !== 'started') throw new Error('a journal begins with what was started');
  return rest.reduce(addRecord, beginRun(first));
}

export function beginRun(started: StartedRecord): RunMemory {
  return {
    started,
    phase: 'forward',
    epoch: started.epoch,
    cancelAsked: false,
    ended: null,
    lastAtMs: started.at,
    steps: started.steps.map((plan) => ({
      plan,
      state: 'will',
      startedAtMs: null,
      endedAtMs: null,
      before: null,
      after: null,
      error: null,
      output: [],
      facts: undefined,
      touched: false,
    })),
  };
}

export function addRecord(run: RunMemory, record: JournalRecord): RunMemory {
  const next = { ...run, lastAtMs: record.at };
  switch (record.kind) {
    case 'started':
      return next;
    case 'resumed':
      return {
        ...next,
        phase: record.phase,
        epoch: record.epoch,
        ended: null,
        cancelAsked: false,
        steps:
          record.phase === 'undo'
            ? run.steps
            : run.steps.map((step) => (step.state === 'not-reached' ? { ...step, state: 'will' } : step)),
      };
    case 'cancel':
      return { ...next, cancelAsked: true };
    case 'ended':
      return {
        ...next,
        ended: record,
        steps: run.steps.map((step) => (step.state === 'will' ? { ...step, state: 'not-reached' } : step)),
      };
    default:
      return {
        ...next,
        steps: run.steps.map((step) => (step.plan.id === record.step ? stepAfter(step, record) : step)),
      };
  }
}

function stepAfter(
  step: StepMemory,
  record: Extract<JournalRecord, { kind: 'intent' | 'observed' | 'outcome' }>,
): StepMemory {
  switch (record.kind) {
    case 'intent':
      return {
        ...step,
        state: record.phase === 'undo' ? 'undoing' : 'now',
        startedAtMs: record.at,
        endedAtMs: null,
        error: null,
      };
    case 'observed':
      // Once it was touched, what was before us is known; a later look sees our own work.
      if (record.phase === 'undo' || step.touched) return step;
      return { ...step, before: record.detail, facts: record.facts, touched: record.state === 'todo' };
    case 'outcome': {
      const undone = record.outcome === 'undone';
      return {
        ...step,
        state: record.outcome === 'stopped' ? 'not-reached' : record.outcome,
        endedAtMs: record.at,
        after: record.detail ?? step.after,
        error: record.error,
        output: [...step.output, ...record.output].slice(-outputKept),
        touched: undone ? false : step.touched,
        facts: undone ? undefined : step.facts,
      };
    }
  }
}

/** Lines of output that a step keeps, live and in the journal. */
export const outputKept = 300;

/** Steps that undo must look after, last first. */
export function stepsToUndo(run: RunMemory): readonly StepMemory[] {
  return run.steps.filter((step) => step.touched && step.plan.undoable).reverse();
}

/** The step to go on with; everything before it was seen to be done. */
export function nextStep(run: RunMemory): StepMemory | null {
  return run.steps.find((step) => step.state !== 'done' && step.state !== 'already') ?? null;
}

export interface LiveFacts {
  /** A process runs it now: this one, or another one that holds the lease. */
  readonly alive: 'here' | 'elsewhere' | null;
  readonly cancelling: boolean;
  /** A newer run has changed the same thing: going back would undo that one too. */
  readonly superseded: boolean;
  /** Output and progress of the running step, not in the journal yet. */
  readonly step?: Pick<RunStep, 'id' | 'output' | 'progress'>;
}

/** The run as screens and the CLI see it. */
export function runView(run: RunMemory, live: LiveFacts): Run {
  const { started } = run;
  const steps = run.steps.map((step): RunStep => {
    const running = live.step?.id === step.plan.id ? live.step : null;
    // Nobody runs it: what was in the middle is not known until somebody looks.
    const orphaned = live.alive === null && (step.state === 'now' || step.state === 'undoing');
    return {
      ...step.plan,
      state: orphaned ? 'unknown' : step.state,
      startedAtMs: step.startedAtMs,
      endedAtMs: step.endedAtMs,
      before: step.before,
      after: step.after,
      error: step.error,
      output: running ? [...step.output, ...running.output].slice(-outputKept) : step.output,
      progress: running?.progress ?? null,
    };
  });
  const summary = {
    id: started.runId,
    runbook: started.runbook,
    title: started.title,
    clusterId: started.clusterId,
    nodeId: started.nodeId,
    operator: started.operator,
    state: stateOf(run, live),
    startedAtMs: started.at,
    endedAtMs: run.ended?.at ?? null,
    stepsDone: steps.filter((step) => step.state === 'done' || step.state === 'already').length,
    stepsTotal: steps.length,
    may: whatMay(run, live),
    blastRadius: started.blastRadius,
    steps,
  };
  return { ...summary, sentence: runSentence(summary) };
}

export function summaryOf(run: Run): RunSummary {
  const { blastRadius: _blastRadius, steps: _steps, ...summary } = run;
  return summary;
}

function stateOf(run: RunMemory, live: LiveFacts): RunSummary['state'] {
  if (run.ended) return run.ended.state;
  if (live.alive === null) return 'interrupted';
  if (live.cancelling) return 'cancelling';
  return run.phase === 'undo' ? 'undoing' : 'running';
}

function whatMay(run: RunMemory, live: LiveFacts): RunSummary['may'] {
  if (live.alive === 'elsewhere') return [];
  if (live.alive === 'here') {
    if (live.cancelling || run.phase === 'undo') return [];
    const running = run.steps.find((step) => step.state === 'now');
    return running?.plan.cancel === 'never' ? [] : ['cancel'];
  }
  if (live.superseded || run.ended?.state === 'undone') return [];
  const undo = stepsToUndo(run).length > 0 ? (['undo'] as const) : [];
  // A server that serves holds mail by now: it is drained, not unmade.
  if (run.ended?.state === 'succeeded' && run.started.runbook === 'provision') return [];
  if (run.ended?.state === 'succeeded' || (run.phase === 'undo' && undo.length > 0)) return undo;
  return ['resume', ...undo];
}
