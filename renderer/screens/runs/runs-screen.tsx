import { useEffect, useState } from 'react';
import type { RunSummary } from '../../../common/model/run.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { formatDuration } from '../../format/duration.ts';
import { formatAbsolute, formatWhen } from '../../format/time.ts';
import { runStateSaid } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { runTestId, testIds } from '../../test-ids.ts';
import './runs.css';

/** Who did what when; what runs and what waits for a decision comes first. */
export function RunsScreen() {
  const live = useFleet((state) => state.view?.runs);
  const [kept, setKept] = useState<readonly RunSummary[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = usePlace((state) => state.go);
  const ended = live?.filter((run) => run.endedAtMs !== null).length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the history is asked for again when one more run has ended
  useEffect(() => {
    void ask('run.list', {}).then((answer) => {
      if (answer.ok) setKept(answer.value);
      setFailure(answer.ok ? null : answer);
    });
  }, [ended]);
  const runs = merged(live ?? [], kept);
  const open = runs.filter(
    (run) => run.endedAtMs === null || run.state === 'interrupted' || run.state === 'unknown',
  );
  const rest = runs.filter((run) => !open.includes(run));
  return (
    <div className="screen is-wide run" data-testid={testIds.runsScreen}>
      <main>
        <header className="top">
          <div>
            <h1>
              {open.length === 0
                ? 'Nothing is running'
                : open.length === 1
                  ? 'One run needs an eye'
                  : `${open.length} runs need an eye`}
            </h1>
            <p>
              Every run is journalled before and after each step, and can be looked at here for as long as its
              journal is kept.
            </p>
          </div>
        </header>
        {failure && <ErrorNote failure={failure} />}
        {open.length > 0 && (
          <RunTable runs={open} title="Now" onOpen={(runId) => go({ screen: 'run', runId })} />
        )}
        {rest.length > 0 ? (
          <RunTable runs={rest} title="Before" onOpen={(runId) => go({ screen: 'run', runId })} />
        ) : (
          <p className="faint">
            No run has ended yet. Start one from a cluster or a server: the plan is shown first.
          </p>
        )}
      </main>
    </div>
  );
}

function RunTable({
  runs,
  title,
  onOpen,
}: {
  readonly runs: readonly RunSummary[];
  readonly title: string;
  readonly onOpen: (runId: string) => void;
}) {
  const now = useNow();
  return (
    <section>
      <h2>{title}</h2>
      <table className="run-table">
        <thead className="sr-only">
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">State</th>
            <th scope="col">Steps</th>
            <th scope="col">Took</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const said = runStateSaid[run.state];
            return (
              <tr key={run.id} onClick={() => onOpen(run.id)}>
                <td className="mono faint" title={formatAbsolute(run.startedAtMs)}>
                  {formatWhen(run.startedAtMs, now)}
                </td>
                <td>
                  <button type="button" className="name" data-testid={runTestId(run.id)}>
                    {run.title}
                  </button>
                  {(run.endedAtMs === null || ['failed', 'interrupted', 'unknown'].includes(run.state)) && (
                    <p className="dim">{run.sentence}</p>
                  )}
                </td>
                <td className={`tone-${said.tone === 'ok' ? 'calm' : said.tone}`}>{said.word}</td>
                <td className="dim">
                  {run.stepsDone} of {run.stepsTotal}
                </td>
                <td className="mono dim">{formatDuration((run.endedAtMs ?? now) - run.startedAtMs)}</td>
                <td className="dim">{run.operator}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The live ones are newer than the list that was asked for. */
function merged(live: readonly RunSummary[], kept: readonly RunSummary[]): readonly RunSummary[] {
  const all = new Map(kept.map((run) => [run.id, run]));
  for (const run of live) all.set(run.id, run);
  return [...all.values()].sort((a, b) => b.startedAtMs - a.startedAtMs);
}
