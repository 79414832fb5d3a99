import { Blockers } from '../../components/blockers.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { StepTrack } from '../../components/step-track.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { testIds } from '../../test-ids.ts';
import { Sentences } from '../runs/plan-screen.tsx';

export function PlanStep() {
  const { busy, failure, plan, examine, start } = useAddServer();
  if (!plan) return null;
  const blocked = plan.blockers.length > 0;
  return (
    <div className="stack" style={{ gap: 12 }} data-testid={testIds.addServerPlan}>
      <Sentences
        sentences={plan.blastRadius}
        empty="Nobody notices: it takes mail only when it has proven itself."
      />
      <Blockers blockers={plan.blockers} overrides={[]} onOverride={() => undefined} />
      <details open>
        <summary>The {plan.steps.length} steps; each opens to its commands</summary>
        <StepTrack steps={plan.steps} />
      </details>
      {failure && <ErrorNote failure={failure} testId={testIds.addServerError} />}
      <div className="row">
        {blocked && (
          <button type="button" className="btn" onClick={() => void examine()}>
            Mended: look again
          </button>
        )}
        <button
          type="button"
          className="btn go"
          disabled={blocked || busy !== null}
          data-testid={testIds.addServerStart}
          onClick={() => void start()}
        >
          {busy === 'start' ? 'Starting…' : plan.title}
        </button>
      </div>
    </div>
  );
}
