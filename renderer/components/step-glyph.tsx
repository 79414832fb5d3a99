import type { StepState } from '../../common/model/run.ts';
import './step-glyph.css';

/** The mark of a step on the track: your turn, will, now, done, already so, undone, failed, unknown, not reached. */
export function StepGlyph({ state }: { readonly state: StepState | 'turn' }) {
  return (
    <svg className={`step-glyph is-${state}`} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {mark(state)}
    </svg>
  );
}

function mark(state: StepState | 'turn') {
  switch (state) {
    case 'will':
      return <circle cx="10" cy="10" r="7.5" className="hollow" />;
    case 'turn':
      return (
        <>
          <circle cx="10" cy="10" r="7.5" className="hollow turn" />
          <circle cx="10" cy="10" r="3.6" className="fill-turn" />
        </>
      );
    case 'not-reached':
      return <path d="M6.5 10h7" className="line faint" />;
    case 'now':
    case 'undoing':
      return (
        <>
          <circle cx="10" cy="10" r="8" className="track" />
          <path
            d={state === 'now' ? 'M10 2a8 8 0 1 1-7.6 5.5' : 'M10 2a8 8 0 1 0 7.6 5.5'}
            className="turning"
          />
        </>
      );
    case 'done':
      return (
        <>
          <circle cx="10" cy="10" r="8.5" className="fill-ok" />
          <path d="m6 10.4 2.6 2.6L14 7.4" className="line" />
        </>
      );
    case 'already':
      return (
        <>
          <circle cx="10" cy="10" r="7.8" className="hollow" />
          <path d="m6 10.4 2.6 2.6L14 7.4" className="line" />
        </>
      );
    case 'undone':
      return (
        <>
          <circle cx="10" cy="10" r="7.8" className="hollow" />
          <path d="M13.5 12.5c0-3-1.5-4-4-4H6.6m2.2-2.4L6.4 8.5l2.4 2.4" className="line" />
        </>
      );
    case 'failed':
      return (
        <>
          <path d="M10 .8 19.2 10 10 19.2.8 10Z" className="fill-bad" />
          <path d="m7.2 7.2 5.6 5.6m0-5.6-5.6 5.6" className="line bad" />
        </>
      );
    case 'unknown':
      return (
        <>
          <circle cx="10" cy="10" r="8" className="dashed" />
          <path d="M7.6 8a2.5 2.5 0 1 1 3.5 2.2c-.8.4-1.1.9-1.1 1.6M10 14v.4" className="line warn" />
        </>
      );
  }
}
