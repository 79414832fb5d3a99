/**
 * Makes a bare server one of a cluster.
 *
 *   look -> agent -> packages -> joining -> configuration -> roles
 *        -> fleet file -> other nodes learn of it -> the role's own joining
 *
 * Until the role's own steps have proven it with a real message nothing sends
 * it work: it is marked as joining before it has a configuration, it is written
 * into the fleet file while it is only joining, and each step can be undone or
 * gone on with. What fails leaves a run to resume or undo, never a server that
 * half serves.
 */
import { clusterOf, clustersOfNode, type Fleet } from '../../../common/model/fleet.ts';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Blocker } from '../../../common/model/problem.ts';
import type { Role, Situation } from '../../../common/roles/role.ts';
import type { RoleId } from '../../../common/roles/role-id.ts';
import type { Step } from '../../../common/roles/step.ts';
import type { Prepared, ProvisionParams } from '../runbook.ts';
import { type AgentBundle, agentStep, surveyStep } from './agent-steps.ts';
import type { BareServers } from './bare-server.ts';
import { withCandidate } from './candidate.ts';
import { configStep, joiningStep, packagesStep, reloadStep, rolesStep } from './config-steps.ts';
import { type FleetFile, fleetFileStep } from './fleet-file-step.ts';
import { checkBlockers, requirementChecks } from './requirement-checks.ts';
import { provisionOf, situationIn } from './role-config.ts';

export interface ProvisionParts {
  readonly roles: Readonly<Record<RoleId, Role>>;
  readonly servers: BareServers;
  readonly bundle: AgentBundle;
  readonly file: FleetFile;
  readonly fleet: Fleet;
  /** What is observed now; of a cluster that exists. */
  situation(clusterId: string, nodeId: string): Situation;
}

export async function prepareProvision(
  params: ProvisionParams,
  purpose: 'plan' | 'resume',
  parts: ProvisionParts,
): Promise<Prepared> {
  const { clusterId, nodeId } = params;
  const cluster = clusterOf(parts.fleet, clusterId);
  if (!cluster) {
    throw new OpsError('bad-input', `The fleet has no cluster ${clusterId}. Add the cluster first.`);
  }
  const role = parts.roles[cluster.role];
  const provision = provisionOf(role);
  const fleet = withCandidate(parts.fleet, params);
  const situation = situationIn(parts.situation(clusterId, nodeId), fleet, clusterId, nodeId);
  const others = nodesToTell(params, role, fleet);
  const blockers = purpose === 'plan' ? await findBlockers(params, role, parts, others) : [];
  const wanted = [...new Set(clustersOfNode(fleet, nodeId).map((one) => one.role))];

  const steps: Step[] = [
    surveyStep(params, role, parts.servers),
    agentStep(params, parts.servers, parts.bundle),
    packagesStep(nodeId, role),
    joiningStep(nodeId, role),
    configStep('configure', role, situation, false),
    rolesStep(nodeId, wanted),
    fleetFileStep(params, parts.file),
    ...others.flatMap((other) => {
      const id = `configure-${other.nodeId}-${other.role.id}`;
      const seen = situationIn(
        parts.situation(other.clusterId, other.nodeId),
        fleet,
        other.clusterId,
        other.nodeId,
      );
      const reload = reloadStep(`reload-${other.nodeId}-${other.role.id}`, id, other.role, other.nodeId);
      return [configStep(id, other.role, seen, true), ...(reload ? [reload] : [])];
    }),
    ...provision.joinSteps(situation),
  ];
  return {
    title: `Add ${nodeId} to ${clusterId}`,
    clusterId,
    nodeId,
    fleet,
    steps,
    blockers,
    blastRadius: [
      `${nodeId} joins ${clusterId}; until it has proven itself nothing is sent to it.`,
      ...(others.length > 0
        ? [`${[...new Set(others.map((other) => other.nodeId))].join(', ')} learn of it without a break.`]
        : []),
    ],
    undoPastUnreachable: true,
  };

  function nodesToTell(asked: ProvisionParams, own: Role, target: Fleet): readonly Told[] {
    return target.clusters
      .filter((one) => one.id === asked.clusterId || provisionOf(own).alsoConfigures.includes(one.role))
      .flatMap((one) =>
        one.nodes.map((id) => ({ nodeId: id, clusterId: one.id, role: parts.roles[one.role] })),
      )
      .filter(
        (other) =>
          other.nodeId !== asked.nodeId &&
          other.role.provision !== undefined &&
          !(asked.without ?? []).includes(other.nodeId),
      );
  }
}

interface Told {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly role: Role;
}

async function findBlockers(
  params: ProvisionParams,
  role: Role,
  parts: ProvisionParts,
  others: readonly Told[],
): Promise<readonly Blocker[]> {
  const survey = await parts.servers.of(params.nodeId).survey(AbortSignal.timeout(30_000));
  const checks = requirementChecks(role, survey.facts, params, parts.fleet, survey);
  const { nodes } = parts.situation(params.clusterId, params.nodeId);
  const unseen = [...new Set(others.map((other) => other.nodeId))].filter(
    (id) => nodes.get(id)?.link.state !== 'live',
  );
  return [
    ...checkBlockers(checks),
    ...unseen.map((id) => ({
      code: `unseen-${id}`,
      message: `${id} must learn of the new server, but it is not seen now (${nodes.get(id)?.link.reason || 'no link'}). Bring it back first.`,
      overridable: false,
    })),
  ];
}
