/**
 * One step, forward or back, with its journal around it:
 *
 *   intent -> look -> (done: nothing to do) -> observed -> change -> look -> outcome
 *
 * Each record is on disk before the next act, so that whoever comes after a
 * crash knows what may have happened. What decides is always the look, never
 * an exit code: a command that failed may have worked, and one that succeeded
 * may not have.
 */
import { OpsError } from '../../common/model/ops-error.ts';
import type { Step, StepContext, StepObservation } from '../../common/roles/step.ts';
import type { JournalRecord, Outcome, Phase } from './journal-record.ts';
import type { StepMemory } from './run-memory.ts';
import { pause, withLimit } from './wait-for.ts';

export interface StepIo {
  /** Journals with fsync. Throws when it could not. */
  write(record: JournalRecord): void;
  now(): number;
  /** A context whose waits end with this signal. */
  context(signal: AbortSignal): StepContext;
  /** Lines since the step began, for the outcome record; secrets taken out. */
  takeOutput(): readonly string[];
  output(line: string): void;
  clean(text: string): string;
  /** Aborted when the operator cancels and this step may be stopped; a look may always be. */
  readonly cancelled: AbortSignal;
  /** Aborted when the console quits or loses its lease: nothing more is done or written. */
  readonly quit: AbortSignal;
}

export interface StepLimits {
  readonly observeMs: number;
  /** How long a node that cannot be seen is asked again before its step is unknown. */
  readonly lookAgainMs: number;
  readonly lookEveryMs: number;
}

export const stepLimits: StepLimits = { observeMs: 30_000, lookAgainMs: 20_000, lookEveryMs: 1000 };

class Stopped extends Error {}

export async function doStep(
  step: Step,
  memory: StepMemory,
  io: StepIo,
  limits: StepLimits,
): Promise<Outcome> {
  const run = new StepRun(step, 'forward', io, limits);
  run.intent();
  try {
    const before = await run.look(io.cancelled);
    if (before.state === 'unknown') {
      return memory.touched
        ? run.end('unknown', null, before.detail)
        : run.end('failed', null, `${before.detail} Nothing was changed by this step.`);
    }
    run.observed(before);
    if (before.state === 'done') return run.end(memory.touched ? 'done' : 'already', before.detail, null);
  } catch (thrown) {
    if (thrown instanceof Stopped) return run.end('stopped', null, null);
    throw thrown;
  }

  let error: OpsError | null = null;
  let stopped = false;
  try {
    const stop = AbortSignal.any([io.cancelled, io.quit]);
    await withLimit(step.title, step.timeoutMs, stop, (signal) => step.apply(io.context(signal)));
  } catch (thrown) {
    io.quit.throwIfAborted();
    stopped = io.cancelled.aborted;
    error = OpsError.from(thrown, 'command-failed');
  }

  const after = await run.look(null);
  switch (after.state) {
    case 'done':
      if (error && !stopped)
        io.output(`What was sent ended with “${error.message}”, but it is so: ${after.detail}`);
      return run.end('done', after.detail, null);
    case 'todo':
      if (stopped) return run.end('stopped', after.detail, null);
      return run.end(
        'failed',
        after.detail,
        error?.message ?? `It was done, but it is not so: ${after.detail}`,
      );
    case 'unknown':
      return run.end(
        'unknown',
        null,
        `${error ? `${error.message} ` : ''}It may or may not have happened: ${after.detail}`,
      );
  }
}

/** Puts back what was before; an `undo` of something that is back already must change nothing. */
export async function undoStep(
  step: Step,
  memory: StepMemory,
  io: StepIo,
  limits: StepLimits,
): Promise<Outcome> {
  const run = new StepRun(step, 'undo', io, limits);
  run.intent();
  const before = await run.look(null);
  run.observed(before);
  let error: OpsError | null = null;
  try {
    await withLimit(`Putting back “${step.title}”`, step.timeoutMs, io.quit, async (signal) => {
      await step.undo?.(io.context(signal), memory.facts);
    });
  } catch (thrown) {
    io.quit.throwIfAborted();
    error = OpsError.from(thrown, 'command-failed');
  }
  const after = await run.look(null);
  // Undone means that the step would have to be done again; if the undo failed half-way, it is not.
  if (after.state === 'todo' && !error) return run.end('undone', after.detail, null);
  if (error?.problem === 'unreachable' || after.state === 'unknown') {
    return run.end('unknown', null, error?.message ?? after.detail);
  }
  return run.end(
    'failed',
    after.detail,
    error?.message ?? `It was put back, but it still looks as the step left it: ${after.detail}`,
  );
}

class StepRun {
  constructor(
    readonly step: Step,
    readonly phase: Phase,
    readonly io: StepIo,
    readonly limits: StepLimits,
  ) {}

  intent(): void {
    this.write({ kind: 'intent', at: this.io.now(), step: this.step.id, phase: this.phase });
  }

  observed(observation: StepObservation): void {
    this.write({
      kind: 'observed',
      at: this.io.now(),
      step: this.step.id,
      phase: this.phase,
      state: observation.state,
      detail: this.io.clean(observation.detail),
      facts: observation.facts,
    });
  }

  end(outcome: Outcome, detail: string | null, error: string | null): Outcome {
    this.write({
      kind: 'outcome',
      at: this.io.now(),
      step: this.step.id,
      phase: this.phase,
      outcome,
      detail: detail === null ? null : this.io.clean(detail),
      error: error === null ? null : this.io.clean(error),
      output: [...this.io.takeOutput()],
    });
    return outcome;
  }

  /** What is so now. A node that does not answer is asked again for a while; then it is `unknown`, with why. */
  async look(cancelled: AbortSignal | null): Promise<StepObservation> {
    const { io, limits } = this;
    const signal = cancelled ? AbortSignal.any([cancelled, io.quit]) : io.quit;
    const until = io.now() + limits.lookAgainMs;
    for (;;) {
      try {
        const seen = await withLimit(`Looking at “${this.step.title}”`, limits.observeMs, signal, (inner) =>
          this.step.observe(io.context(inner)),
        );
        if (seen.state !== 'unknown' || io.now() >= until) return seen;
      } catch (thrown) {
        io.quit.throwIfAborted();
        if (cancelled?.aborted) throw new Stopped();
        const error = OpsError.from(thrown);
        if (!passing(error) || io.now() >= until) return { state: 'unknown', detail: error.message };
      }
      try {
        await pause(limits.lookEveryMs, signal);
      } catch {
        io.quit.throwIfAborted();
        throw new Stopped();
      }
    }
  }

  private write(record: JournalRecord): void {
    this.io.quit.throwIfAborted();
    this.io.write(record);
  }
}

/** A link that is down may come back; a node that says no will say no again. */
function passing(error: OpsError): boolean {
  return error.problem === 'unreachable' || error.problem === 'timeout';
}
