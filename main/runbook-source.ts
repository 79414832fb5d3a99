/** Prepares each runbook from what is known of the open fleet at that moment. */
import { clusterOf } from '../common/model/fleet.ts';
import { OpsError } from '../common/model/ops-error.ts';
import type { Blocker } from '../common/model/problem.ts';
import type { Role } from '../common/roles/role.ts';
import type { RoleId } from '../common/roles/role-id.ts';
import type { FleetTruth } from './fleet/fleet-truth.ts';
import { prepareDrain } from './runbooks/drain/index.ts';
import type { AgentBundle } from './runbooks/provision/agent-steps.ts';
import type { BareServers } from './runbooks/provision/bare-server.ts';
import type { FleetFile } from './runbooks/provision/fleet-file-step.ts';
import { prepareProvision } from './runbooks/provision/index.ts';
import type { Prepared, RunbookSource, RunParams } from './runbooks/runbook.ts';
import { prepareSwitchover } from './runbooks/switchover/index.ts';

export interface SourceParts {
  readonly truth: FleetTruth;
  readonly roles: Readonly<Record<RoleId, Role>>;
  readonly servers: BareServers;
  readonly bundle: AgentBundle;
  readonly file: FleetFile;
  /** Why the console doubts what it sees; null when it does not. */
  suspicion(): string | null;
}

export function runbookSource(parts: SourceParts): RunbookSource {
  return {
    async prepare(params, purpose) {
      const prepared = await prepare(params, purpose, parts);
      return purpose === 'plan'
        ? { ...prepared, blockers: [...doubt(parts.suspicion()), ...prepared.blockers] }
        : prepared;
    },
  };
}

async function prepare(params: RunParams, purpose: 'plan' | 'resume', parts: SourceParts): Promise<Prepared> {
  const { truth, roles } = parts;
  const cluster = clusterOf(truth.fleet, params.clusterId);
  if (!cluster) throw new OpsError('bad-input', `The fleet has no cluster ${params.clusterId}.`);
  const situation = (clusterId: string, nodeId: string) => truth.situation(clusterId, nodeId, Date.now());
  switch (params.runbook) {
    case 'drain':
    case 'undrain':
      return prepareDrain(params, roles[cluster.role], situation(cluster.id, params.nodeId));
    case 'switchover':
      return prepareSwitchover(roles[cluster.role], situation(cluster.id, cluster.nodes[0] ?? ''));
    case 'provision':
      return prepareProvision(params, purpose, { ...parts, fleet: truth.fleet, situation });
  }
}

/** Nothing is decided on a picture that may be old because of ourselves. */
function doubt(suspicion: string | null): readonly Blocker[] {
  return suspicion === null
    ? []
    : [{ code: 'self-suspect', message: `${suspicion} Wait a moment, then plan again.`, overridable: true }];
}
