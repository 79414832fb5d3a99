/** Where the wizard stands, as the marks and words of its four parts. Pure. */
import type { Examination, Reached } from '../../../common/ipc/contract.ts';
import type { Plan, Run, StepState } from '../../../common/model/run.ts';
import { counted } from '../../format/words.ts';

export interface WizardStep {
  /** `turn`: it waits for the person. */
  readonly state: StepState | 'turn';
  readonly said: string;
}

export interface WizardFacts {
  readonly busy: string | null;
  readonly failure: unknown;
  readonly reached: Reached | null;
  readonly examination: Examination | null;
  readonly plan: Plan | null;
  readonly runId: string | null;
}

export type WizardSteps = Readonly<Record<'reach' | 'examine' | 'plan' | 'join', WizardStep>>;

export function wizardSteps(facts: WizardFacts, run: Run | null): WizardSteps {
  return {
    reach: reachStep(facts),
    examine: examineStep(facts),
    plan: planStep(facts),
    join: joinStep(facts, run),
  };
}

const later: WizardStep = { state: 'will', said: '' };

function reachStep({ busy, failure, reached }: WizardFacts): WizardStep {
  if (reached?.state === 'connected') return { state: 'done', said: 'logged in' };
  if (reached)
    return {
      state: busy ? 'now' : failure ? 'failed' : 'turn',
      said: busy === 'accept' ? 'logging in…' : 'nothing sent yet but a greeting',
    };
  if (busy === 'reach') return { state: 'now', said: 'knocking…' };
  return failure ? { state: 'failed', said: '' } : { state: 'turn', said: '' };
}

function examineStep({ busy, failure, reached, examination }: WizardFacts): WizardStep {
  if (reached?.state !== 'connected') return later;
  if (busy === 'examine') return { state: 'now', said: 'looking…' };
  if (!examination) return failure ? { state: 'failed', said: '' } : later;
  const failed = examination.checks.filter((check) => check.state === 'failed').length;
  if (failed > 0) return { state: 'failed', said: `${counted(failed, 'thing')} to mend first` };
  const warnings = examination.checks.filter((check) => check.state === 'warning').length;
  return {
    state: 'done',
    said: warnings > 0 ? `it will do, with ${counted(warnings, 'remark')}` : 'it will do',
  };
}

function planStep({ busy, failure, examination, plan, runId }: WizardFacts): WizardStep {
  if (runId !== null) return { state: 'done', said: '' };
  if (busy === 'plan') return { state: 'now', said: 'planning…' };
  if (plan)
    return {
      state: plan.blockers.length > 0 ? 'failed' : 'turn',
      said: `${counted(plan.steps.length, 'step')}, nothing done yet`,
    };
  return examination && failure ? { state: 'failed', said: '' } : later;
}

function joinStep({ runId }: WizardFacts, run: Run | null): WizardStep {
  if (runId === null) return later;
  if (!run) return { state: 'now', said: 'starting…' };
  const said = run.endedAtMs === null ? `${run.stepsDone} of ${run.stepsTotal} steps` : '';
  switch (run.state) {
    case 'succeeded':
      return { state: 'done', said: 'it serves' };
    case 'failed':
      return { state: 'failed', said: 'not joined' };
    case 'unknown':
    case 'interrupted':
      return { state: 'unknown', said: run.state };
    case 'undone':
    case 'cancelled':
      return { state: 'undone', said: run.state };
    case 'undoing':
      return { state: 'undoing', said };
    case 'running':
    case 'cancelling':
      return { state: 'now', said };
  }
}
