/** A run that this process is doing: its journal, its loop over the steps, its live output. */
import { OpsError } from '../../common/model/ops-error.ts';
import type { Progress, Run } from '../../common/model/run.ts';
import type { StepContext } from '../../common/roles/step.ts';
import type { JournalWriter } from './journal.ts';
import type { JournalRecord, Outcome } from './journal-record.ts';
import type { Lease } from './lease.ts';
import { addRecord, nextStep, outputKept, type RunMemory, runView, stepsToUndo } from './run-memory.ts';
import type { Prepared } from './runbook.ts';
import { type StepTools, stepContext } from './step-context.ts';
import { doStep, type StepIo, type StepLimits, undoStep } from './step-run.ts';

export interface LiveRunParts {
  readonly journal: JournalWriter;
  readonly lease: Pick<Lease, 'lost' | 'release'>;
  readonly prepared: Prepared;
  readonly tools: StepTools;
  readonly limits: StepLimits;
  now(): number;
  changed(run: Run, urgent: boolean): void;
}

/** Why the loop stopped without an end in the journal. */
class Quit extends Error {}

export class LiveRun {
  private memory: RunMemory;
  private readonly parts: LiveRunParts;
  private readonly quitting = new AbortController();
  private readonly secrets = new Set<string>();
  private stepCancel = new AbortController();
  private cancelling = false;
  private output: string[] = [];
  private progress: Progress | null = null;
  readonly finished: Promise<void>;

  constructor(memory: RunMemory, parts: LiveRunParts) {
    this.memory = memory;
    this.parts = parts;
    parts.lease.lost.addEventListener('abort', () => this.quitting.abort(new Quit('the lease was lost')));
    // One turn later, so that whoever started it can note it down first.
    this.finished = Promise.resolve().then(() => this.loop());
  }

  get id(): string {
    return this.memory.started.runId;
  }

  view(): Run {
    const current = this.memory.steps.find((step) => step.state === 'now' || step.state === 'undoing');
    return runView(this.memory, {
      alive: 'here',
      cancelling: this.cancelling,
      superseded: false,
      ...(current && { step: { id: current.plan.id, output: this.output, progress: this.progress } }),
    });
  }

  /** Throws: OpsError 'bad-input' when it would not be honest to promise it. */
  cancel(operator: string): void {
    if (this.memory.ended || this.cancelling) return;
    if (this.memory.phase === 'undo') {
      throw new OpsError('bad-input', 'It is being undone already; that is not stopped half-way.');
    }
    const current = this.memory.steps.find((step) => step.state === 'now');
    if (current?.plan.cancel === 'never') {
      throw new OpsError(
        'bad-input',
        `“${current.plan.title}” cannot be stopped half-way. It ends by itself; then cancel or undo.`,
      );
    }
    this.write({ kind: 'cancel', at: this.parts.now(), operator });
    this.cancelling = true;
    if (current?.plan.cancel === 'now') this.stepCancel.abort(new Error('stopped by the operator'));
    this.changed(true);
  }

  /** The console quits: what runs on nodes goes on there, the journal knows how far we came. */
  async dispose(): Promise<void> {
    this.quitting.abort(new Quit('the console quits'));
    await this.finished;
  }

  private async loop(): Promise<void> {
    try {
      this.changed(true);
      const state = await (this.memory.phase === 'undo' ? this.back() : this.forward());
      this.write({ kind: 'ended', at: this.parts.now(), state });
    } catch (thrown) {
      // A quit leaves the journal as it is: interrupted, to be resumed. So does a journal that cannot be written.
      if (!this.quitting.signal.aborted) this.addOutput(`The run stopped: ${(thrown as Error).message}`);
    } finally {
      this.end();
    }
  }

  private end(): void {
    this.parts.journal.close();
    try {
      this.parts.lease.release();
    } catch {
      // A full disk: the lease ends with this process, and others are told who holds it until then.
    }
  }

  private async forward(): Promise<'succeeded' | 'failed' | 'cancelled' | 'unknown'> {
    for (let next = nextStep(this.memory); next !== null; next = nextStep(this.memory)) {
      if (this.cancelling) return 'cancelled';
      const outcome = await this.run(next.plan.id, doStep);
      if (outcome === 'stopped') return 'cancelled';
      if (outcome === 'failed' || outcome === 'unknown') return outcome;
    }
    return 'succeeded';
  }

  private async back(): Promise<'undone' | 'failed' | 'unknown'> {
    let left: 'unknown' | null = null;
    for (const step of stepsToUndo(this.memory)) {
      const outcome = await this.run(step.plan.id, undoStep);
      if (outcome === 'failed') return 'failed';
      if (outcome === 'unknown') {
        if (!this.parts.prepared.undoPastUnreachable) return 'unknown';
        left = 'unknown';
      }
    }
    return left ?? 'undone';
  }

  private async run(stepId: string, act: typeof doStep): Promise<Outcome> {
    const step = this.parts.prepared.steps.find((candidate) => candidate.id === stepId);
    const memory = this.memory.steps.find((candidate) => candidate.plan.id === stepId);
    if (!step || !memory) throw new OpsError('internal', `The plan has no step ${stepId}.`);
    this.stepCancel = new AbortController();
    this.output = [];
    this.progress = null;
    const context = (signal: AbortSignal): StepContext =>
      stepContext(this.parts.tools, {
        runId: this.id,
        stepId,
        epoch: this.memory.epoch,
        fleet: this.parts.prepared.fleet,
        signal,
        timeoutMs: step.timeoutMs,
        output: (line) => this.addOutput(line),
        progress: (progress) => {
          this.progress = progress;
          this.changed(false);
        },
        factsOf: (id) => this.memory.steps.find((candidate) => candidate.plan.id === id)?.facts,
        hide: (secret) => this.secrets.add(secret),
      });
    const io: StepIo = {
      write: (record) => this.write(record),
      now: () => this.parts.now(),
      context,
      takeOutput: () => this.output.splice(0),
      output: (line) => this.addOutput(line),
      clean: (text) => this.clean(text),
      cancelled: this.stepCancel.signal,
      quit: this.quitting.signal,
    };
    return act(step, memory, io, this.parts.limits);
  }

  private write(record: JournalRecord): void {
    if (this.quitting.signal.aborted) throw this.quitting.signal.reason;
    this.parts.journal.append(record);
    this.memory = addRecord(this.memory, record);
    this.changed(true);
  }

  private addOutput(line: string): void {
    this.output.push(this.clean(line));
    if (this.output.length > outputKept) this.output.shift();
    this.changed(false);
  }

  /** A secret that a program printed does not reach screen, journal or log. */
  private clean(text: string): string {
    let clean = text;
    for (const secret of this.secrets) {
      if (secret.length >= 6) clean = clean.replaceAll(secret, '(secret)');
    }
    return clean;
  }

  private changed(urgent: boolean): void {
    this.parts.changed(this.view(), urgent);
  }
}
