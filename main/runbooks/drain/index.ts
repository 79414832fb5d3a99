/** Takes a node out of service, and puts it back: what that means is the role's to say. */
import { clusterOf } from '../../../common/model/fleet.ts';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Blocker } from '../../../common/model/problem.ts';
import type { Role, Situation } from '../../../common/roles/role.ts';
import type { Prepared, RunParams } from '../runbook.ts';

export type DrainParams = Extract<RunParams, { runbook: 'drain' | 'undrain' }>;

export function prepareDrain(params: DrainParams, role: Role, situation: Situation): Prepared {
  const { nodeId, clusterId, runbook } = params;
  const { fleet, cluster } = situation;
  if (!clusterOf(fleet, clusterId)?.nodes.includes(nodeId)) {
    throw new OpsError('bad-input', `${nodeId} is not a node of ${clusterId}.`);
  }
  const { drain } = role;
  if (!drain) throw new OpsError('bad-input', `A server of the role ${role.title} cannot be drained.`);
  const base = { clusterId, nodeId, fleet };
  if (runbook === 'drain') {
    return {
      ...base,
      title: titleOf('Drain', situation),
      steps: drain.drainSteps(situation),
      blastRadius: drain.blastRadius(situation),
      blockers: [...notLive(situation), ...inMaintenance(situation), ...drain.blockers(situation)],
    };
  }
  return {
    ...base,
    title: titleOf('Put back', situation),
    steps: drain.undrainSteps(situation),
    blastRadius: undrainRadius(situation),
    blockers: notLive(situation).map((blocker) => ({ ...blocker, overridable: cluster.nodes.length > 1 })),
  };
}

/** A server of several roles is drained of one of them. */
function titleOf(verb: string, { fleet, nodeId, cluster }: Situation): string {
  const others = fleet.clusters.filter((other) => other.nodes.includes(nodeId)).length > 1;
  return others ? `${verb} ${nodeId} (${cluster.id})` : `${verb} ${nodeId}`;
}

function undrainRadius({ nodeId, cluster }: Situation): readonly string[] {
  return [`${nodeId} takes work of ${cluster.id} again.`];
}

/** On what is not seen nothing is planned. */
export function notLive({ nodes, nodeId }: Situation): readonly Blocker[] {
  const link = nodes.get(nodeId)?.link;
  if (link?.state === 'live') return [];
  return [
    {
      code: 'node-not-live',
      message: `${nodeId} is not seen now${link?.reason ? ` (${link.reason})` : ''}, so what it does is not known. Wait until it is back, or look at the machine.`,
      overridable: false,
    },
  ];
}

function inMaintenance({ fleet, cluster, nodeId }: Situation): readonly Blocker[] {
  const others = fleet.nodes.filter(
    (node) => cluster.nodes.includes(node.id) && node.id !== nodeId && node.maintenance !== null,
  );
  return others.map((node) => ({
    code: 'peer-in-maintenance',
    message: `${node.id} of the same cluster is in maintenance (${node.maintenance}).`,
    overridable: true,
  }));
}
