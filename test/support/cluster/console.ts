/** The console's services on a lab's fleet, in this process: what the window and the CLI stand on. */
import type { PlanRequest } from '../../../common/ipc/contract.ts';
import type { Run } from '../../../common/model/run.ts';
import type { FleetView } from '../../../common/model/views.ts';
import { createServices, type LocalServices } from '../../../main/create-services.ts';
import type { Spine } from './spine.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;

export interface Console {
  readonly services: LocalServices;
  view(): FleetView;
  /** Plans, starts and follows to the end, whatever the end is. */
  run(request: PlanRequest): Promise<Run>;
  /** Until the picture satisfies `test`; throws with the last picture's states. Limit in ms. */
  until(what: string, test: (view: FleetView) => boolean, limitMs?: number): Promise<FleetView>;
  dispose(): Promise<void>;
}

export async function openConsole(spine: Spine): Promise<Console> {
  const services = await createServices({ dataFolder: spine.dataFolder, operator: 'lab' });
  await services.handle('fleet.open', { path: spine.fleetFile });
  const opened = services.fleet;
  if (!opened) throw new Error('the fleet was opened and is not there');
  await opened.linksSettled(20_000 * scale);
  const view = (): FleetView => opened.view();
  return {
    services,
    view,
    run: async (request) => {
      const plan = await services.handle('runbook.plan', request);
      const { runId } = await services.handle('runbook.start', { planId: plan.id, overrides: [] });
      return opened.engine.settled(runId);
    },
    until: async (what, test, limitMs = 60_000) => {
      const endMs = Date.now() + limitMs * scale;
      for (;;) {
        const now = view();
        if (test(now)) return now;
        if (Date.now() > endMs)
          throw new Error(`Waited ${limitMs / 1000} s for ${what}, in vain: ${picture(now)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    dispose: () => services.dispose(),
  };
}

export function stateOf(view: FleetView, nodeId: string): string {
  return view.nodes.find((node) => node.id === nodeId)?.state ?? 'absent';
}

export function allRedundant(view: FleetView): boolean {
  return view.clusters.every((cluster) => cluster.verdict.level === 'redundant');
}

function picture(view: FleetView): string {
  return [
    ...view.clusters.map((cluster) => cluster.verdict.words),
    ...view.nodes.map((node) => `${node.id} ${node.state}: ${node.sentence}`),
  ].join('; ');
}
