import type { Problem } from '../../common/model/problem.ts';
import { formatLasting } from '../format/duration.ts';
import { formatAbsolute } from '../format/time.ts';
import { severityTone } from '../format/words.ts';
import { useNow } from '../stores/clock.ts';
import { usePlace } from '../stores/place.ts';
import './problem-list.css';

const severityShape = {
  critical: 'M5 0 10 5 5 10 0 5Z',
  warning: 'M5 .6 9.8 9.4H.2Z',
  info: 'M5 1a4 4 0 1 0 .01 0Z',
} as const;

/** What is wrong, worst first as it was given, each with where and since when. */
export function ProblemList({
  problems,
  empty,
}: {
  readonly problems: readonly Problem[];
  readonly empty: string;
}) {
  const now = useNow();
  const go = usePlace((state) => state.go);
  if (problems.length === 0) return <p className="faint">{empty}</p>;
  return (
    <ul className="problems">
      {problems.map((problem) => {
        const where = problem.nodeId ?? problem.clusterId;
        return (
          <li
            key={`${problem.code} ${where} ${problem.message}`}
            className={`problem tone-edge-${severityTone[problem.severity]}`}
          >
            <svg viewBox="0 0 10 10" width="10" height="10" role="img" aria-label={problem.severity}>
              <path d={severityShape[problem.severity]} fill="currentColor" />
            </svg>
            <div>
              <p>{problem.message}</p>
              <p className="where">
                {where !== null && (
                  <button
                    type="button"
                    className="link"
                    onClick={() =>
                      go(
                        problem.nodeId !== null
                          ? { screen: 'node', nodeId: problem.nodeId }
                          : { screen: 'cluster', clusterId: problem.clusterId ?? '' },
                      )
                    }
                  >
                    {where}
                  </button>
                )}
                <time title={formatAbsolute(problem.sinceMs)}>
                  for {formatLasting(now - problem.sinceMs)}
                </time>
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
