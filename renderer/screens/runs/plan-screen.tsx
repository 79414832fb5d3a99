import { useEffect } from 'react';
import { Blockers } from '../../components/blockers.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { StepTrack } from '../../components/step-track.tsx';
import { formatAgo } from '../../format/duration.ts';
import { counted } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { viewStaleReason } from '../../stores/freshness.ts';
import { usePlace } from '../../stores/place.ts';
import { standingBlockers, usePlan } from '../../stores/plan.ts';
import { testIds } from '../../test-ids.ts';
import { Lasting } from './lasting.tsx';
import './runs.css';

/** "What will it do?" The same page as the run itself, before it began. */
export function PlanScreen() {
  const { plan, request, failure, overrides, starting } = usePlan();
  const { toggleOverride, start, propose, dismiss } = usePlan.getState();
  const back = usePlace((state) => state.back);
  const view = useFleet((state) => state.view ?? null);
  const now = useNow();
  useEffect(() => {
    if (request === null && plan === null) usePlace.getState().back();
  }, [request, plan]);
  const leave = (): void => {
    back();
    dismiss();
  };
  const stale = viewStaleReason(view, now);
  const standing = plan ? standingBlockers(plan, overrides) : [];
  const why =
    stale ??
    (standing.length > 0
      ? `${counted(standing.length, 'thing')} ${standing.length === 1 ? 'stands' : 'stand'} in the way.`
      : null);
  return (
    <div className="screen run" data-testid={testIds.planScreen}>
      <main>
        <header className="top">
          <div>
            <h1>{plan?.title ?? 'Making a plan'}</h1>
            <p>
              {plan
                ? `Nothing has been done yet. ${counted(plan.steps.length, 'step')}, planned ${formatAgo(now - plan.createdAtMs)}; each is looked at again before and after it is done.`
                : 'Looking at how things stand now…'}
            </p>
          </div>
          <div className="run-actions">
            <div className="row">
              <button type="button" className="btn" data-testid={testIds.cancel} onClick={leave}>
                Not now
              </button>
              <button
                type="button"
                className="btn go"
                data-testid={testIds.planStart}
                disabled={!plan || why !== null || starting}
                aria-describedby={why ? 'plan-why' : undefined}
                onClick={() => void start()}
              >
                {starting ? 'Starting…' : (plan?.title ?? 'Start')}
              </button>
            </div>
            {why && plan && (
              <p id="plan-why" className="reason">
                {why}
              </p>
            )}
          </div>
        </header>
        {failure && (
          <ErrorNote failure={failure}>
            <button type="button" className="btn small" onClick={() => request && void propose(request)}>
              Look again
            </button>
          </ErrorNote>
        )}
        {plan && (
          <>
            <Blockers blockers={plan.blockers} overrides={overrides} onOverride={toggleOverride} />
            <StepTrack steps={plan.steps} />
          </>
        )}
      </main>
      <aside>
        {plan && (
          <>
            <section>
              <h2>What will be noticed</h2>
              <Sentences sentences={plan.blastRadius} empty="Nothing that anybody outside would notice." />
            </section>
            <Lasting steps={plan.steps} />
            {plan.blockers.length > 0 && request && (
              <section>
                <h2>Mended it?</h2>
                <button type="button" className="btn small" onClick={() => void propose(request)}>
                  Look again
                </button>
              </section>
            )}
          </>
        )}
      </aside>
    </div>
  );
}

export function Sentences({
  sentences,
  empty,
}: {
  readonly sentences: readonly string[];
  readonly empty: string;
}) {
  if (sentences.length === 0) return <p className="faint">{empty}</p>;
  return (
    <ul className="sentences">
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
