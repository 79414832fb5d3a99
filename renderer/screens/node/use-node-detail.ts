import { useEffect, useState } from 'react';
import type { NodeDetail } from '../../../common/ipc/contract.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';

/** Log lines and facts change slowly and cost the node a look: asked for again every few seconds while one looks. */
const everyMs = 5000;

export interface NodeDetailState {
  readonly detail: NodeDetail | null;
  readonly failure: Failure | null;
}

export function useNodeDetail(nodeId: string): NodeDetailState {
  const [state, setState] = useState<NodeDetailState>({ detail: null, failure: null });
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const answer = await ask('node.detail', { nodeId });
      if (left) return;
      setState((old) =>
        answer.ok ? { detail: answer.value, failure: null } : { detail: old.detail, failure: answer },
      );
      timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [nodeId]);
  return state;
}
