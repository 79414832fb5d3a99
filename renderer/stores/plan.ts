/**
 * What would be done, before it is. An action is pressed -> a plan is asked
 * for -> it is shown (on the runs' page, or as the failover dialog) -> started.
 */
import { create } from 'zustand';
import type { PlanRequest } from '../../common/ipc/contract.ts';
import type { Plan } from '../../common/model/run.ts';
import type { ActionOffer } from '../../common/model/views.ts';
import { ask, type Failure } from '../bridge/bridge.ts';

import { useAddServer } from './add-server.ts';
import { usePlace } from './place.ts';

interface PlanStore {
  readonly asking: ActionOffer | null;
  readonly request: PlanRequest | null;
  readonly plan: Plan | null;
  readonly failure: Failure | null;
  readonly starting: boolean;
  readonly overrides: readonly string[];
  /** The failover dialog is open. */
  readonly dialog: boolean;
  press(offer: ActionOffer, nodeId: string | null): Promise<void>;
  propose(request: PlanRequest): Promise<void>;
  toggleOverride(code: string): void;
  start(): Promise<void>;
  dismiss(): void;
}

const none = {
  asking: null,
  request: null,
  plan: null,
  failure: null,
  starting: false,
  overrides: [],
  dialog: false,
};

export const usePlan = create<PlanStore>((set, get) => ({
  ...none,
  press: async (offer, nodeId) => {
    if (offer.action === 'add-server' || offer.action === 'provision') {
      useAddServer.getState().begin(offer.clusterId);
      usePlace.getState().go({ screen: 'add-server' });
      return;
    }
    set({ ...none, asking: offer });
    await get().propose(requestFor(offer, nodeId));
    if (get().request === null) return;
    if (offer.action === 'switchover') set({ dialog: true });
    else usePlace.getState().go({ screen: 'plan' });
  },
  propose: async (request) => {
    set({ request, failure: null });
    const answer = await ask('runbook.plan', request);
    if (get().request !== request) return;
    set(
      answer.ok
        ? { asking: null, plan: answer.value, failure: null, overrides: [] }
        : { asking: null, plan: null, failure: answer },
    );
  },
  toggleOverride: (code) =>
    set(({ overrides }) => ({
      overrides: overrides.includes(code)
        ? overrides.filter((other) => other !== code)
        : [...overrides, code],
    })),
  start: async () => {
    const { plan, overrides, starting } = get();
    if (!plan || starting) return;
    set({ starting: true, failure: null });
    const answer = await ask('runbook.start', { planId: plan.id, overrides: [...overrides] });
    if (!answer.ok) {
      set({ starting: false, failure: answer });
      return;
    }
    set(none);
    usePlace.getState().go({ screen: 'run', runId: answer.value.runId });
  },
  dismiss: () => set(none),
}));

function requestFor(offer: ActionOffer, nodeId: string | null): PlanRequest {
  if (offer.action === 'switchover') return { runbook: 'switchover', clusterId: offer.clusterId };
  return {
    runbook: offer.action === 'undrain' ? 'undrain' : 'drain',
    clusterId: offer.clusterId,
    nodeId: nodeId ?? '',
  };
}

/** Codes of the blockers that still stand in the way. */
export function standingBlockers(plan: Plan, overrides: readonly string[]): readonly string[] {
  return plan.blockers
    .filter((blocker) => !(blocker.overridable && overrides.includes(blocker.code)))
    .map((blocker) => blocker.code);
}
