import type { ReactNode } from 'react';
import { StepGlyph } from '../../components/step-glyph.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import './add-server.css';
import { ExamineStep } from './examine-step.tsx';
import { JoinStep } from './join-step.tsx';
import { PlanStep } from './plan-step.tsx';
import { ReachStep } from './reach-step.tsx';
import { type WizardStep, wizardSteps } from './wizard-steps.ts';

/** Four steps on one page: reach it, what it is, what will be done, watch it join. One may leave and come back. */
export function AddServerScreen() {
  const state = useAddServer();
  const run = useFleet((store) => (state.runId === null ? null : (store.runs[state.runId] ?? null)));
  const go = usePlace((store) => store.go);
  const steps = wizardSteps(state, run);
  const going = state.runId !== null && (run === null || run.endedAtMs === null);
  const begun = state.reached !== null || state.runId !== null;
  return (
    <div className="screen is-wide add-server" data-testid={testIds.addServerScreen}>
      <main>
        <header className="top">
          <div>
            <h1>{state.form.nodeId && begun ? `Add ${state.form.nodeId}` : 'Add a server'}</h1>
            <p>
              A bare Debian server becomes part of a cluster. Nothing is changed on it before the third step,
              and you can leave this page and come back.
            </p>
          </div>
          {begun && !going && (
            <button
              type="button"
              className="btn"
              data-testid={testIds.addServerReset}
              onClick={() => {
                if (run && run.endedAtMs !== null && run.state === 'succeeded') {
                  state.clear();
                  go({ screen: 'add-server' });
                } else state.reset();
              }}
            >
              {run?.state === 'succeeded' ? 'Add another' : 'Begin anew'}
            </button>
          )}
        </header>
        <ol className="wizard">
          <Part step={steps.reach} title="Reach it" open>
            <ReachStep />
          </Part>
          <Part
            step={steps.examine}
            title="What it is, against what it must be"
            open={state.reached?.state === 'connected'}
          >
            <ExamineStep />
          </Part>
          <Part
            step={steps.plan}
            title="What will be done"
            open={state.plan !== null && state.runId === null}
          >
            <PlanStep />
          </Part>
          <Part step={steps.join} title="Watch it join" open={state.runId !== null}>
            <JoinStep run={run} />
          </Part>
        </ol>
      </main>
    </div>
  );
}

function Part({
  step,
  title,
  open,
  children,
}: {
  readonly step: WizardStep;
  readonly title: string;
  readonly open: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li
      className={`wizard-part is-${step.state}`}
      aria-current={step.state === 'now' || step.state === 'turn' ? 'step' : undefined}
    >
      <StepGlyph state={step.state} />
      <div>
        <h2>
          {title}
          <span>{step.said}</span>
        </h2>
        {open && children}
      </div>
    </li>
  );
}
