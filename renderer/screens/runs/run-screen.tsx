import { useEffect, useState } from 'react';
import type { Run } from '../../../common/model/run.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { KeyNumberText } from '../../components/key-number.tsx';
import { StepTrack } from '../../components/step-track.tsx';
import { formatDuration } from '../../format/duration.ts';
import { formatAbsolute, formatWhen } from '../../format/time.ts';
import { headline, runStateSaid } from '../../format/words.ts';
import { ProgressCurve } from '../../panels/progress-curve.tsx';
import { Sparkline } from '../../panels/sparkline.tsx';
import { useNow } from '../../stores/clock.ts';
import { useCluster, useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import { Lasting } from './lasting.tsx';
import { Sentences } from './plan-screen.tsx';
import { RunActions } from './run-actions.tsx';
import './runs.css';
import { useUsual } from './use-usual.ts';
import { stepKind } from './usual-durations.ts';

/** "What is it doing, what did it do?" */
export function RunScreen({ runId }: { readonly runId: string }) {
  const run = useFleet((state) => state.runs[runId] ?? null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = usePlace((state) => state.go);
  const usual = useUsual(run);
  useEffect(() => {
    void ask('run.get', { runId }).then((answer) => {
      if (answer.ok) useFleet.getState().setRun(answer.value);
      else setFailure(answer);
    });
  }, [runId]);
  return (
    <div className="screen run" data-testid={testIds.runScreen}>
      <main>
        <div>
          <button type="button" className="link" onClick={() => go({ screen: 'runs' })}>
            All runs
          </button>
        </div>
        {run ? (
          <>
            <RunHead run={run} />
            <StepTrack
              steps={run.steps}
              usualMs={(step) => usual.get(stepKind(step.id, run.nodeId)) ?? null}
            />
          </>
        ) : (
          <>
            <h1>{failure ? 'This run cannot be shown' : 'Reading the journal…'}</h1>
            {failure && <ErrorNote failure={failure} />}
          </>
        )}
      </main>
      <aside>{run && <RunAside run={run} />}</aside>
    </div>
  );
}

export function RunHead({ run }: { readonly run: Run }) {
  const now = useNow();
  const { word, tone } = runStateSaid[run.state];
  const { first, rest } = headline(sayWithoutTitle(run));
  const running = run.endedAtMs === null && run.state !== 'interrupted';
  return (
    <header className="top">
      <div>
        <h1>{run.title}</h1>
        <p className="run-line">
          <span className={`run-state tone-${tone}`} data-testid={testIds.runState} data-state={run.state}>
            {word}
          </span>
          <span className="faint" title={formatAbsolute(run.startedAtMs)}>
            {running
              ? `${formatDuration(now - run.startedAtMs)}, step ${Math.min(run.stepsDone + 1, run.stepsTotal)} of ${run.stepsTotal}`
              : `${formatWhen(run.startedAtMs, now)} by ${run.operator}${run.endedAtMs === null ? '' : `, ${formatDuration(run.endedAtMs - run.startedAtMs)}`}`}
          </span>
        </p>
        <p
          className="run-sentence selectable"
          data-testid={testIds.runSentence}
          role="status"
          aria-live="polite"
        >
          <b>{first}</b> {rest}
        </p>
      </div>
      <RunActions run={run} />
    </header>
  );
}

/** The title stands above already. Not capitalised: it may begin with a server's name. */
function sayWithoutTitle(run: Run): string {
  return run.sentence.startsWith(`${run.title}: `) ? run.sentence.slice(run.title.length + 2) : run.sentence;
}

function RunAside({ run }: { readonly run: Run }) {
  const cluster = useCluster(run.clusterId);
  const current = run.steps.find((step) => step.state === 'now') ?? null;
  const told = current?.progress ?? run.steps.findLast((step) => step.progress !== null)?.progress ?? null;
  return (
    <>
      {told && (
        <section>
          <h2>
            What it waits for <span>{current?.progress ? 'live' : 'as it ended'}</span>
          </h2>
          <ProgressCurve progress={told} />
        </section>
      )}
      {cluster && cluster.numbers.length > 0 && (
        <section>
          <h2>
            {cluster.id} meanwhile <span>live</span>
          </h2>
          <div className="meanwhile">
            {cluster.numbers.slice(0, 4).map((number) => (
              <div key={number.label}>
                <KeyNumberText number={number} />
                <Sparkline owner={cluster.id} label={number.label} />
              </div>
            ))}
          </div>
        </section>
      )}
      <section>
        <h2>What is noticed</h2>
        <Sentences sentences={run.blastRadius} empty="Nothing that anybody outside would notice." />
      </section>
      {run.endedAtMs === null && <Lasting steps={run.steps} />}
    </>
  );
}
