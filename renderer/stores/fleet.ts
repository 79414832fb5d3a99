/** A mirror of what the services say: the newest view and the newest state of each run that was looked at. */
import { create } from 'zustand';
import type { BackendEvent } from '../../common/ipc/contract.ts';
import type { Run } from '../../common/model/run.ts';
import type { ClusterView, FleetView, NodeView } from '../../common/model/views.ts';
import type { Failure } from '../bridge/bridge.ts';

interface FleetStore {
  /** undefined until the first answer; null when no fleet is open. */
  readonly view: FleetView | null | undefined;
  readonly runs: Readonly<Record<string, Run>>;
  /** Why the fleet file that was last asked for is not open. */
  readonly openFailure: Failure | null;
  clearOpenFailure(): void;
  take(batch: readonly BackendEvent[]): void;
  setView(view: FleetView | null): void;
  setRun(run: Run): void;
}

export const useFleet = create<FleetStore>((set) => ({
  view: undefined,
  runs: {},
  openFailure: null,
  clearOpenFailure: () => set({ openFailure: null }),
  take: (batch) => set((state) => afterBatch(state, batch)),
  setView: (view) => set((state) => (isOlder(view, state.view) ? state : { view })),
  setRun: (run) => set((state) => ({ runs: { ...state.runs, [run.id]: run } })),
}));

interface Mirrored {
  readonly openFailure?: Failure | null;
  readonly view: FleetView | null | undefined;
  readonly runs: Readonly<Record<string, Run>>;
}

/** One new state for a whole batch; a view that was overtaken on its way is dropped. */
export function afterBatch(state: Mirrored, batch: readonly BackendEvent[]): Partial<Mirrored> {
  let view = state.view;
  let runs: Record<string, Run> | null = null;
  let openFailure: Failure | null | undefined;
  for (const event of batch) {
    if (event.kind === 'view') {
      if (!isOlder(event.view, view)) view = event.view;
    } else if (event.kind === 'open-failed') {
      openFailure = event.failure;
    } else if (event.kind === 'run') {
      runs ??= { ...state.runs };
      runs[event.run.id] = event.run;
    }
  }
  return {
    ...(view === state.view ? {} : { view }),
    ...(runs ? { runs } : {}),
    ...(openFailure === undefined ? {} : { openFailure }),
  };
}

function isOlder(next: FleetView | null, current: FleetView | null | undefined): boolean {
  return (
    next !== null &&
    !!current &&
    next.name === current.name &&
    next.file === current.file &&
    next.atMs < current.atMs
  );
}

export function useNode(id: string): NodeView | null {
  return useFleet((state) => state.view?.nodes.find((node) => node.id === id) ?? null);
}

export function useCluster(id: string): ClusterView | null {
  return useFleet((state) => state.view?.clusters.find((cluster) => cluster.id === id) ?? null);
}
