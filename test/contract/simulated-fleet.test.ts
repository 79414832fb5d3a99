/** The simulated fleet, used as the app uses any fleet: real SSH, real links, real runbooks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PlanRequest } from '../../common/ipc/contract.ts';
import type { FleetView } from '../../common/model/views.ts';
import { createServices, type LocalServices } from '../../main/create-services.ts';
import { type SimulatedFleet, startSimulatedFleet } from '../../main/simulated/start-simulated-fleet.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const within = { timeout: 25_000 * scale, interval: 100 };

let simulated: SimulatedFleet;
let services: LocalServices;
let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'mailyard-data-'));
  simulated = await startSimulatedFleet();
  services = await createServices({
    dataFolder: data,
    operator: 'the simulated test',
    labFleetFile: () => null,
  });
  await services.handle('fleet.open', { path: simulated.fleetFile });
});
afterAll(async () => {
  await services.dispose();
  await rm(data, { recursive: true, force: true });
});

async function view(): Promise<FleetView> {
  const seen = await services.handle('fleet.view', {});
  if (seen === null) throw new Error('no fleet is open');
  return seen;
}

async function run(request: PlanRequest): Promise<void> {
  // How much mail passes is known after some seconds.
  const plan = await vi.waitFor(async () => {
    const planned = await services.handle('runbook.plan', request);
    expect(planned.blockers).toEqual([]);
    return planned;
  }, within);
  const { runId } = await services.handle('runbook.start', { planId: plan.id, overrides: [] });
  await vi.waitFor(
    async () => {
      const current = await services.handle('run.get', { runId });
      if (!['running', 'succeeded'].includes(current.state)) {
        throw new Error(
          `${current.state}: ${current.steps
            .map((step) => step.error)
            .filter(Boolean)
            .join('; ')}`,
        );
      }
      expect(current.state).toBe('succeeded');
    },
    { ...within, timeout: 60_000 * scale },
  );
}

test('every server is seen healthy, and every cluster redundant', async () => {
  await vi.waitFor(async () => {
    const { nodes, clusters } = await view();
    expect(nodes.map((node) => `${node.id} ${node.state}`)).toEqual(
      nodes.map((node) => `${node.id} healthy`),
    );
    expect(clusters.map((cluster) => cluster.verdict.level)).toEqual(['redundant', 'redundant', 'redundant']);
    expect(clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders).toHaveLength(1);
  }, within);
});

test(
  'an mx is drained and comes back',
  async () => {
    await run({ runbook: 'drain', clusterId: 'mx', nodeId: 'mx2' });
    await vi.waitFor(async () => {
      expect((await view()).nodes.find((node) => node.id === 'mx2')?.state).toBe('drained');
    }, within);
    await run({ runbook: 'undrain', clusterId: 'mx', nodeId: 'mx2' });
    await vi.waitFor(async () => {
      expect((await view()).nodes.find((node) => node.id === 'mx2')?.state).toBe('healthy');
    }, within);
  },
  120_000 * scale,
);

test(
  'the entrance moves to the other edge',
  async () => {
    const holder = async (): Promise<readonly string[]> =>
      (await view()).clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders ?? [];
    const [before] = await holder();
    await run({ runbook: 'switchover', clusterId: 'edge' });
    await vi.waitFor(async () => {
      const now = await holder();
      expect(now).toHaveLength(1);
      expect(now).not.toContain(before);
    }, within);
  },
  90_000 * scale,
);

test(
  'a bare server becomes a serving mx',
  async () => {
    const { address, port, user, password } = simulated.bareServer;
    const reached = await services.handle('server.reach', {
      ...{ nodeId: 'spare1', address, port, clusterId: 'mx', failureDomain: null },
      credentials: { kind: 'password', user, password },
    });
    expect(reached.state).toBe('host-key-unknown');
    const { serverKey, fingerprint } = reached;
    expect(await services.handle('server.accept-host-key', { serverKey, fingerprint })).toMatchObject({
      state: 'connected',
    });
    const { checks } = await services.handle('server.examine', { serverKey });
    expect(checks.filter((check) => check.state === 'failed')).toEqual([]);
    await run({ runbook: 'provision', serverKey });
    await vi.waitFor(async () => {
      expect((await view()).nodes.find((node) => node.id === 'spare1')?.state).toBe('healthy');
    }, within);
  },
  180_000 * scale,
);
