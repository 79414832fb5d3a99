import { useState } from 'react';
import type { PlanStep, RunStep } from '../../common/model/run.ts';
import { formatDuration, formatElapsed } from '../format/duration.ts';
import { stepStateSaid } from '../format/words.ts';
import { useNow } from '../stores/clock.ts';
import { runStepTestId } from '../test-ids.ts';
import { LogText } from './log-text.tsx';
import { StepGlyph } from './step-glyph.tsx';
import './step-track.css';

interface Props {
  readonly steps: readonly (PlanStep | RunStep)[];
  /** How long a step usually takes, in ms; null when that is not known. */
  readonly usualMs?: (step: PlanStep) => number | null;
}

/** Before, during and after: the steps as a track, each opening to what it runs, saw and printed. */
export function StepTrack({ steps, usualMs }: Props) {
  return (
    <ol className="step-track">
      {steps.map((step) => (
        <Step
          key={step.id}
          step={step}
          run={'state' in step ? step : null}
          usualMs={usualMs?.(step) ?? null}
        />
      ))}
    </ol>
  );
}

function Step({
  step,
  run,
  usualMs,
}: {
  readonly step: PlanStep;
  readonly run: RunStep | null;
  readonly usualMs: number | null;
}) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const state = run?.state ?? 'will';
  const active = state === 'now' || state === 'undoing';
  const broken = state === 'failed' || state === 'unknown';
  const open = chosen ?? (active || broken);
  const { word } = stepStateSaid[state];
  const said = sentenceOf(step, run);
  return (
    <li
      className={`step is-${state}${active ? ' is-active' : ''}`}
      data-testid={runStepTestId(step.id)}
      data-state={state}
    >
      <span className="mark">
        <StepGlyph state={state} />
      </span>
      <div className="body">
        <button type="button" aria-expanded={open} onClick={() => setChosen(!open)} className="title">
          <b>{step.title}</b>
          <span className="sr-only">, {word}</span>
        </button>
        {said && <p className="said">{said}</p>}
        {run?.error && <p className="error selectable">{run.error}</p>}
        {open && <Details step={step} run={run} />}
      </div>
      <div className="time">
        <StepTime run={run} />
        {state !== 'will' && state !== 'done' && state !== 'now' && <i>{word}</i>}
        {usualMs !== null && <i>usual {formatDuration(usualMs)}</i>}
      </div>
    </li>
  );
}

/** The one line that tells most now: what waits, what was seen last, what it will change. */
function sentenceOf(step: PlanStep, run: RunStep | null): string {
  if (run?.state === 'now' && run.progress) return run.progress.text;
  if (run?.state === 'undone') return 'Put back as it was.';
  if (run?.after && run.state !== 'now') return run.after;
  if (run?.state === 'already' && run.before) return run.before;
  return step.changes || (step.commands.length > 0 ? 'Only looks; changes nothing.' : '');
}

function Details({ step, run }: { readonly step: PlanStep; readonly run: RunStep | null }) {
  const output = run?.output ?? [];
  return (
    <div className="details">
      {run?.before && (
        <p>
          <i>before</i> {run.before}
        </p>
      )}
      {run?.after && run.state !== 'undone' && (
        <p>
          <i>after</i> {run.after}
        </p>
      )}
      {(step.commands.length > 0 || output.length > 0) && (
        <LogText label={`What “${step.title}” runs and prints`}>
          {step.commands.map((command, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: commands do not move
            <span key={index} className="command">
              {step.nodeId && <i>{step.nodeId}</i>} $ {command}
              {'\n'}
            </span>
          ))}
          {output.join('\n')}
        </LogText>
      )}
      <p className="faint">
        {step.undoable ? 'Can be undone. ' : 'Cannot be undone by itself. '}
        {cancelWords[step.cancel]}
      </p>
    </div>
  );
}

const cancelWords = {
  now: 'Cancelling stops it at once.',
  'after-step': 'Cancelling lets it finish first.',
  never: 'Cannot be stopped half-way.',
} as const;

function StepTime({ run }: { readonly run: RunStep | null }) {
  const now = useNow();
  if (!run || run.startedAtMs === null) return null;
  if (run.endedAtMs === null)
    return run.state === 'now' || run.state === 'undoing' ? (
      <b>{formatElapsed(now - run.startedAtMs)}</b>
    ) : null;
  return <span>{formatDuration(run.endedAtMs - run.startedAtMs)}</span>;
}
