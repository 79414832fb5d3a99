/**
 * Sets up every server of the fleet file that is not set up yet: stores first,
 * then what delivers to them, then the entrance; the servers of a role side by
 * side. One lease covers it all; each server has its own run, so that what
 * fails can be resumed or undone by itself.
 */
import type { Credentials, NewServer } from '../common/ipc/contract.ts';
import type { Cluster, NodeEntry } from '../common/model/fleet.ts';
import { nodeOf } from '../common/model/fleet.ts';
import { OpsError } from '../common/model/ops-error.ts';
import type { RoleId } from '../common/roles/role-id.ts';
import { nodeIntentVerb } from '../common/verbs/node-intent.ts';
import { nodeRolesVerb } from '../common/verbs/node-roles.ts';
import type { OpenFleet } from './open-fleet.ts';
import type { Lease } from './runbooks/lease.ts';

export interface ProvisionAllOptions {
  readonly credentials: Credentials;
  /** Answers the session's key; decides about unknown host keys. */
  logIn(server: NewServer): Promise<string>;
  say(line: string): void;
}

export interface ProvisionedServer {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly state: 'done' | 'failed';
  readonly runId: string | null;
  readonly tookMs: number;
  readonly sentence: string;
}

interface Place {
  readonly node: NodeEntry;
  readonly cluster: Cluster;
}

/** Mail goes edge -> mx -> store: who is sent to must be there first. */
const order: readonly RoleId[] = ['store', 'mx', 'edge'];

export async function provisionAll(
  fleet: OpenFleet,
  options: ProvisionAllOptions,
): Promise<readonly ProvisionedServer[]> {
  const missing = await placesToSetUp(fleet);
  if (missing.length === 0) return [];
  const without = [...new Set(missing.map((place) => place.node.id))];
  const clusters = fleet.truth.fleet.clusters.map((cluster) => cluster.id).sort();
  const lease = await fleet.engine.acquire(clusters, 'provision --all');
  const done: ProvisionedServer[] = [];
  try {
    for (const role of order) {
      const places = missing.filter((place) => place.cluster.role === role);
      if (places.length === 0) continue;
      options.say(`${role}: ${places.map((place) => place.node.id).join(', ')}`);
      const results = await Promise.all(places.map((place) => setUp(fleet, place, without, lease, options)));
      done.push(...results);
      // What comes next stands on these.
      if (results.some((one) => one.state === 'failed')) break;
    }
  } finally {
    lease.release();
  }
  return done;
}

/** A place is set up when its role was brought beyond joining; a server that does not let us in has no agent. */
async function placesToSetUp(fleet: OpenFleet): Promise<readonly Place[]> {
  const { truth } = fleet;
  const places = truth.fleet.clusters.flatMap((cluster) =>
    cluster.nodes.flatMap((id) => {
      const node = nodeOf(truth.fleet, id);
      return node ? [{ node, cluster }] : [];
    }),
  );
  const wanted = await Promise.all(
    places.map(async ({ node, cluster }) => {
      try {
        const { intent } = await fleet.look(node, nodeIntentVerb, {
          ...{ role: cluster.role, intent: 'serving', reason: 'looking' },
        });
        if (intent === null || intent.intent === 'joining') return true;
        // Given up or undone: it was told that it has the role no more.
        const { roles } = await fleet.look(node, nodeRolesVerb, { roles: [cluster.role] });
        return !roles.includes(cluster.role);
      } catch (thrown) {
        const { problem } = OpsError.from(thrown);
        if (problem === 'access-denied' || problem === 'version-mismatch') return true;
        throw thrown;
      }
    }),
  );
  return places.filter((_place, at) => wanted[at]);
}

async function setUp(
  fleet: OpenFleet,
  { node, cluster }: Place,
  without: readonly string[],
  lease: Lease,
  { credentials, logIn, say }: ProvisionAllOptions,
): Promise<ProvisionedServer> {
  const startedAt = performance.now();
  const { id: nodeId, address, port, failureDomain } = node;
  const clusterId = cluster.id;
  const end = (state: 'done' | 'failed', runId: string | null, sentence: string): ProvisionedServer => {
    const tookMs = Math.round(performance.now() - startedAt);
    say(`${nodeId}: ${state} after ${(tookMs / 1000).toFixed(1)} s`);
    return { nodeId, clusterId, state, runId, tookMs, sentence };
  };
  try {
    await logIn({ nodeId, address, port, clusterId, failureDomain, credentials });
    const { engine } = fleet;
    const plan = await engine.plan({
      ...{ runbook: 'provision', clusterId, nodeId, address, port, failureDomain },
      without: [...without],
    });
    // Its own unfinished run of an earlier try is what is being gone over again.
    const runId = await engine.start(plan.id, ['unfinished-run', 'self-suspect'], lease);
    const seen = new Map<string, string>();
    const stop = engine.onRun((run) => {
      if (run.id !== runId) return;
      for (const step of run.steps) {
        if (seen.get(step.id) === step.state || step.state === 'will' || step.state === 'already') continue;
        seen.set(step.id, step.state);
        if (step.state !== 'now') say(`${nodeId}: ${step.state}: ${step.title}`);
      }
    });
    const run = await engine.settled(runId);
    stop();
    return end(run.state === 'succeeded' ? 'done' : 'failed', runId, run.sentence);
  } catch (thrown) {
    return end('failed', null, OpsError.from(thrown).message);
  }
}
