import { useEffect, useState } from 'react';
import type { Run } from '../../../common/model/run.ts';
import { ask } from '../../bridge/bridge.ts';
import { usualDurations } from './usual-durations.ts';

const mostLookedAt = 3;

/** How long each step usually takes, from the last runs of the same kind that succeeded; empty when there was none. */
export function useUsual(run: Pick<Run, 'id' | 'runbook' | 'clusterId'> | null): ReadonlyMap<string, number> {
  const [usual, setUsual] = useState<ReadonlyMap<string, number>>(new Map());
  const id = run?.id;
  const runbook = run?.runbook;
  const clusterId = run?.clusterId;
  useEffect(() => {
    if (id === undefined) return;
    let left = false;
    const look = async (): Promise<void> => {
      const list = await ask('run.list', {});
      if (!list.ok) return;
      const alike = list.value
        .filter(
          (one) =>
            one.id !== id &&
            one.runbook === runbook &&
            one.clusterId === clusterId &&
            one.state === 'succeeded',
        )
        .sort((a, b) => b.startedAtMs - a.startedAtMs)
        .slice(0, mostLookedAt);
      const answers = await Promise.all(alike.map((one) => ask('run.get', { runId: one.id })));
      if (!left) setUsual(usualDurations(answers.flatMap((answer) => (answer.ok ? [answer.value] : []))));
    };
    void look();
    return () => {
      left = true;
    };
  }, [id, runbook, clusterId]);
  return usual;
}
