import type { RunSummary } from '../../../common/model/run.ts';
import { formatElapsed } from '../../format/duration.ts';
import { formatAbsolute, formatWhen } from '../../format/time.ts';
import { runStateSaid } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { usePlace } from '../../stores/place.ts';
import { runTestId } from '../../test-ids.ts';

export function RunningRuns({ runs }: { readonly runs: readonly RunSummary[] }) {
  const now = useNow();
  const go = usePlace((state) => state.go);
  const running = runs.filter((run) => run.endedAtMs === null);
  return (
    <section>
      <h2>
        Running <span>{running.length}</span>
      </h2>
      {running.length === 0 && <p className="faint">Nothing.</p>}
      {running.map((run) => (
        <button
          key={run.id}
          type="button"
          className="running"
          data-testid={runTestId(run.id)}
          onClick={() => go({ screen: 'run', runId: run.id })}
        >
          <b>{run.title}</b>{' '}
          <span className="dim">
            {run.state === 'interrupted' ? 'interrupted' : formatElapsed(now - run.startedAtMs)}
          </span>
          <i className="bar" aria-hidden="true">
            <i style={{ width: `${(run.stepsDone / Math.max(1, run.stepsTotal)) * 100}%` }} />
          </i>
          <span className="dim">{run.sentence}</span>
        </button>
      ))}
    </section>
  );
}

export function RecentRuns({
  runs,
  limit = 8,
}: {
  readonly runs: readonly RunSummary[];
  readonly limit?: number;
}) {
  const now = useNow();
  const go = usePlace((state) => state.go);
  const ended = runs
    .filter((run) => run.endedAtMs !== null)
    .sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))
    .slice(0, limit);
  return (
    <section>
      <h2>Recent</h2>
      {ended.length === 0 && (
        <p className="faint">No run has ended yet. What you start will be listed here.</p>
      )}
      <ul className="recent">
        {ended.map((run) => {
          const said = runStateSaid[run.state];
          return (
            <li key={run.id}>
              <time className="mono" title={formatAbsolute(run.endedAtMs ?? run.startedAtMs)}>
                {formatWhen(run.endedAtMs ?? run.startedAtMs, now)}
              </time>
              <button
                type="button"
                className="link"
                data-testid={runTestId(run.id)}
                onClick={() => go({ screen: 'run', runId: run.id })}
              >
                {run.title}
              </button>
              <span className={said.tone === 'ok' ? 'sr-only' : `tone-${said.tone}`}>{said.word}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
