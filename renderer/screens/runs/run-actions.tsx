import { useState } from 'react';
import type { Run } from '../../../common/model/run.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { testIds } from '../../test-ids.ts';
import { cancelWords, undoWords } from './cancel-words.ts';

type Act = 'run.cancel' | 'run.undo' | 'run.resume';

/** Cancel, undo, resume: what may be done now, each with what it will do. */
export function RunActions({ run }: { readonly run: Run }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const act = async (name: Act): Promise<void> => {
    setBusy(true);
    const answer = await ask(name, { runId: run.id });
    setFailure(answer.ok ? null : answer);
    setBusy(false);
  };
  const cancel = cancelWords(run);
  const going = run.state === 'running' || run.state === 'cancelling';
  return (
    <div className="run-actions">
      {going && (
        <>
          <button
            type="button"
            className="btn"
            data-testid={testIds.runCancel}
            disabled={!cancel.allowed || busy}
            aria-describedby="cancel-words"
            onClick={() => void act('run.cancel')}
          >
            Cancel
          </button>
          <p id="cancel-words" className="reason">
            {cancel.words}
          </p>
        </>
      )}
      <div className="row">
        {run.may.includes('undo') && (
          <button
            type="button"
            className="btn"
            data-testid={testIds.runUndo}
            disabled={busy}
            aria-describedby="undo-words"
            onClick={() => void act('run.undo')}
          >
            Undo
          </button>
        )}
        {run.may.includes('resume') && (
          <button
            type="button"
            className="btn go"
            data-testid={testIds.runResume}
            disabled={busy}
            onClick={() => void act('run.resume')}
          >
            Resume
          </button>
        )}
      </div>
      {run.may.includes('undo') && !going && (
        <p id="undo-words" className="reason">
          {undoWords(run)}
        </p>
      )}
      {failure && <ErrorNote failure={failure} />}
    </div>
  );
}
