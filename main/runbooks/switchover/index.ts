/** Hands the active part of a cluster over to another node, as planned. */
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Role, Situation } from '../../../common/roles/role.ts';
import type { Prepared } from '../runbook.ts';

export function prepareSwitchover(role: Role, situation: Situation): Prepared {
  const { switchover } = role;
  const { cluster, fleet } = situation;
  if (!switchover) {
    throw new OpsError('bad-input', `${cluster.id} has no active part to hand over: all its nodes serve.`);
  }
  return {
    title: switchover.title(situation),
    clusterId: cluster.id,
    nodeId: null,
    fleet,
    steps: switchover.steps(situation),
    blastRadius: switchover.blastRadius(situation),
    blockers: switchover.blockers(situation),
  };
}
