import type { Blocker } from '../../common/model/problem.ts';
import { testIds } from '../test-ids.ts';
import './blockers.css';

interface Props {
  readonly blockers: readonly Blocker[];
  readonly overrides: readonly string[];
  readonly onOverride: (code: string) => void;
}

/** What stands in the way, with its mend; some may be overridden by somebody who says so. */
export function Blockers({ blockers, overrides, onOverride }: Props) {
  if (blockers.length === 0) return null;
  return (
    <ul className="blockers" data-testid={testIds.planBlockers} aria-label="What stands in the way">
      {blockers.map((blocker) => (
        <li key={blocker.code} className={blocker.overridable ? 'is-soft' : undefined}>
          <svg viewBox="0 0 10 10" width="11" height="11" aria-hidden="true">
            <path d={blocker.overridable ? 'M5 .6 9.8 9.4H.2Z' : 'M5 0 10 5 5 10 0 5Z'} fill="currentColor" />
          </svg>
          <div>
            <p className="selectable">{blocker.message}</p>
            {blocker.overridable && (
              <label>
                <input
                  type="checkbox"
                  checked={overrides.includes(blocker.code)}
                  data-testid={`override-${blocker.code}`}
                  onChange={() => onOverride(blocker.code)}
                />
                I know, and want it all the same
              </label>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
