/** What can be done to a node or cluster now, and why not: the role's own blockers, behind the ones that always hold. */
import type { Blocker } from '../../common/model/problem.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import type { RunSummary } from '../../common/model/run.ts';
import type { ActionOffer } from '../../common/model/views.ts';
import type { Role, Situation } from '../../common/roles/role.ts';

export function nodeActions(
  role: Role,
  situation: Situation,
  reading: RoleReading | null,
  runs: readonly RunSummary[],
): readonly ActionOffer[] {
  if (!role.drain) return [];
  const out =
    reading?.serving === 'drained' || reading?.serving === 'draining' || reading?.serving === 'joining';
  const action = out ? 'undrain' : 'drain';
  const blocker =
    busy(situation, runs) ?? unseen(situation) ?? (out ? null : (role.drain.blockers(situation)[0] ?? null));
  return [
    {
      action,
      clusterId: situation.cluster.id,
      label: `${out ? 'Undrain' : 'Drain'} ${situation.nodeId}`,
      blocker,
    },
  ];
}

export function clusterActions(
  role: Role,
  situation: Situation,
  runs: readonly RunSummary[],
): readonly ActionOffer[] {
  if (!role.switchover) return [];
  const blocker = busy(situation, runs) ?? role.switchover.blockers(situation)[0] ?? null;
  return [
    {
      action: 'switchover',
      clusterId: situation.cluster.id,
      label: role.switchover.title(situation),
      blocker,
    },
  ];
}

function busy(situation: Situation, runs: readonly RunSummary[]): Blocker | null {
  const run = runs.find(
    (one) =>
      one.clusterId === situation.cluster.id &&
      (one.state === 'running' || one.state === 'cancelling' || one.state === 'undoing'),
  );
  return run
    ? { code: 'RunInProgress', message: `${run.title} is running; one at a time.`, overridable: false }
    : null;
}

function unseen(situation: Situation): Blocker | null {
  const node = situation.nodes.get(situation.nodeId);
  if (node?.link.state === 'live') return null;
  return {
    code: 'NodeNotLive',
    message: `${situation.nodeId} is not connected now; what it does is not known.`,
    overridable: false,
  };
}
