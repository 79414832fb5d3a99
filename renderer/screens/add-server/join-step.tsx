import { useEffect } from 'react';
import type { Run } from '../../../common/model/run.ts';
import { ask } from '../../bridge/bridge.ts';
import { StepTrack } from '../../components/step-track.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { RunHead } from '../runs/run-screen.tsx';

/** The run itself, here, so that nobody has to go looking for it. */
export function JoinStep({ run }: { readonly run: Run | null }) {
  const { runId, form } = useAddServer();
  const go = usePlace((state) => state.go);
  const joined = useFleet((state) => state.view?.nodes.some((node) => node.id === form.nodeId) ?? false);
  useEffect(() => {
    if (runId === null) return;
    void ask('run.get', { runId }).then((answer) => {
      if (answer.ok) useFleet.getState().setRun(answer.value);
    });
  }, [runId]);
  if (!run) return <p className="faint">The run begins…</p>;
  return (
    <div className="stack join" style={{ gap: 12 }}>
      <RunHead run={run} />
      <StepTrack steps={run.steps} />
      <div className="row">
        {run.state === 'succeeded' && joined && (
          <button type="button" className="btn" onClick={() => go({ screen: 'node', nodeId: form.nodeId })}>
            Look at {form.nodeId}
          </button>
        )}
        <button type="button" className="btn quiet" onClick={() => go({ screen: 'run', runId: run.id })}>
          The run on its own page
        </button>
      </div>
    </div>
  );
}
