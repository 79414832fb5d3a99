/**
 * Wires the console's services without Electron: what the window's process and
 * the CLI run. Everything that may be asked is in common/ipc/contract.ts.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { BackendEvent, RequestArgs, RequestResults } from '../common/ipc/contract.ts';
import { OpsError } from '../common/model/ops-error.ts';
import { roles } from '../common/roles/index.ts';
import type { Role } from '../common/roles/role.ts';
import type { RoleId } from '../common/roles/role-id.ts';
import { agentBundle, applicationRoot, applicationVersion } from './application-root.ts';
import { addClusterToFleetFile, newFleetText } from './fleet/edit-fleet-file.ts';
import { loadFleetFile, rewriteFleetFile } from './fleet/watch-fleet-file.ts';
import { OpenFleet } from './open-fleet.ts';
import { requirementChecks } from './runbooks/provision/requirement-checks.ts';
import type { RunParams } from './runbooks/runbook.ts';
import type { ServiceRequest, Services } from './services.ts';
import { Ssh2Transport } from './ssh/ssh2-transport.ts';
import type { Cipher } from './store/cipher.ts';
import { dataFolder } from './store/data-folder.ts';
import { storePaths } from './store/paths.ts';
import { RecentFleets } from './store/recent-fleets.ts';

/** A fleet that is not the operator's own: the lab on this machine, or a simulated one. */
export interface TryFleet {
  readonly path: string;
  readonly simulated: boolean;
  dispose(): Promise<void>;
}

export interface ServicesOptions {
  readonly dataFolder?: string;
  readonly cipher?: Cipher | null;
  readonly operator?: string;
  /** The lab's fleet file while a lab is up; null otherwise. */
  readonly labFleetFile?: () => string | null;
  /** Starts the simulated fleet; main/simulated when not said. */
  readonly simulate?: () => Promise<TryFleet>;
}

/** The services with the open fleet beside them, for callers in this process (CLI, demo). */
export interface LocalServices extends Services {
  readonly fleet: OpenFleet | null;
}

type Handlers = { [N in ServiceRequest]: (args: RequestArgs<N>) => Promise<RequestResults[N]> };

export async function createServices(options: ServicesOptions = {}): Promise<LocalServices> {
  const root = applicationRoot();
  const version = applicationVersion(root);
  const paths = storePaths(options.dataFolder ?? dataFolder());
  const recent = new RecentFleets(paths.recentFleets);
  const transport = new Ssh2Transport();
  const listeners = new Set<(event: BackendEvent) => void>();
  const emit = (event: BackendEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const labFleetFile = options.labFleetFile ?? usualLabFleetFile;
  // Loaded when it is wanted: most consoles never simulate anything.
  const simulate =
    options.simulate ??
    (async () => (await import('./simulated/try-simulated-fleet.ts')).trySimulatedFleet());
  let fleet: OpenFleet | null = null;
  let tried: TryFleet | null = null;

  const close = async (): Promise<void> => {
    await fleet?.dispose();
    fleet = null;
    await tried?.dispose();
    tried = null;
  };
  const open = async (path: string, simulated = false): Promise<void> => {
    const place = resolve(path);
    // A bad file must not close the fleet that is open.
    await loadFleetFile(place);
    const held = tried;
    tried = null;
    await close();
    tried = held;
    fleet = await OpenFleet.open(place, {
      ...{ root, version, paths, transport, simulated, emit },
      cipher: options.cipher ?? null,
      operator: options.operator ?? userInfo().username,
      bundle: agentBundle(root, version),
      roles: roles as Readonly<Record<RoleId, Role>>,
    });
    if (!simulated) await recent.opened(place, fleet.truth.fleet.name);
    emit({ kind: 'view', view: fleet.view() });
  };
  const opened = (): OpenFleet => {
    if (!fleet) throw new OpsError('bad-input', 'No fleet is open. Open a fleet file first.');
    return fleet;
  };

  const handlers: Handlers = {
    'app.start-choices': async () => ({ recent: await recent.list(), labIsUp: labFleetFile() !== null }),
    'fleet.open': async ({ path }) => {
      await open(path);
      return null;
    },
    'fleet.create': async ({ name }) => {
      const path = join(paths.fleets, `${name}.yaml`);
      if (existsSync(path))
        throw new OpsError(
          'bad-input',
          `There is a fleet ${name} already: ${path}. Open it, or choose another name.`,
        );
      await mkdir(paths.fleets, { recursive: true, mode: 0o700 });
      await writeFile(path, newFleetText(name), { flag: 'wx', flush: true });
      await open(path);
      return null;
    },
    'fleet.try-lab': async () => {
      const lab = labFleetFile();
      if (lab !== null) {
        await open(lab);
        return { simulated: false };
      }
      const started = await simulate();
      try {
        await close();
        tried = started;
        await open(started.path, started.simulated);
      } catch (thrown) {
        await started.dispose();
        throw thrown;
      }
      return { simulated: started.simulated };
    },
    'fleet.close': async () => {
      await close();
      emit({ kind: 'view', view: null });
      return null;
    },
    'fleet.view': async () => fleet?.view() ?? null,
    'fleet.file': async () => fleet?.truth.fleet ?? null,
    'fleet.add-cluster': async ({ clusterId, role, vip }) => {
      const { path } = opened();
      await rewriteFleetFile(path, (text) => addClusterToFleetFile(text, { id: clusterId, role, vip }));
      opened().changeFleet(await loadFleetFile(path));
      return null;
    },
    'node.detail': ({ nodeId }) => opened().detail(nodeId),
    'node.series': async ({ nodeId, metrics, sinceMs, maxPoints }) =>
      opened().series(nodeId, metrics, sinceMs, maxPoints),
    'link.accept-host-key': async ({ nodeId, fingerprint }) => {
      await opened().acceptHostKey(nodeId, fingerprint);
      return null;
    },
    'link.retry': async ({ nodeId }) => {
      opened().retryLink(nodeId);
      return null;
    },
    'runbook.plan': (args) => opened().engine.plan(paramsOf(args, opened())),
    'runbook.start': async ({ planId, overrides }) => ({
      runId: await opened().engine.start(planId, overrides),
    }),
    'run.get': async ({ runId }) => opened().engine.get(runId),
    'run.list': async () => opened().engine.list(),
    'run.cancel': async ({ runId }) => {
      opened().engine.cancel(runId);
      return null;
    },
    'run.undo': async ({ runId }) => {
      await opened().engine.undo(runId);
      return null;
    },
    'run.resume': async ({ runId }) => {
      await opened().engine.resume(runId);
      return null;
    },
    'server.reach': (server) => opened().sessions.reach(server),
    'server.accept-host-key': ({ serverKey, fingerprint }) =>
      opened().sessions.acceptHostKey(serverKey, fingerprint),
    'server.examine': async ({ serverKey }) => {
      const { sessions, truth } = opened();
      const server = sessions.server(serverKey);
      const cluster = truth.fleet.clusters.find((one) => one.id === server.clusterId);
      if (!cluster) throw new OpsError('bad-input', `The fleet has no cluster ${server.clusterId}.`);
      const survey = await sessions.of(server.nodeId).survey(AbortSignal.timeout(30_000));
      const role = (roles as Readonly<Record<RoleId, Role>>)[cluster.role];
      return {
        facts: survey.facts,
        checks: requirementChecks(role, survey.facts, server, truth.fleet, survey),
      };
    },
  };

  return {
    get fleet() {
      return fleet;
    },
    handle(name, args) {
      return (handlers[name] as (given: unknown) => Promise<never>)(args);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async dispose() {
      await close();
      transport.dispose();
      listeners.clear();
    },
  };
}

function paramsOf(args: RequestArgs<'runbook.plan'>, fleet: OpenFleet): RunParams {
  if (args.runbook !== 'provision') return args;
  const { clusterId, nodeId, address, port, failureDomain } = fleet.sessions.server(args.serverKey);
  return { runbook: 'provision', clusterId, nodeId, address, port, failureDomain };
}

/** Where `npm run demo` leaves the lab's fleet file. */
function usualLabFleetFile(): string | null {
  const path = process.env['MAILYARD_LAB_FLEET'] ?? '/var/lib/mailyard-lab/fleet.yaml';
  return existsSync(path) && basename(path) !== '' ? path : null;
}
