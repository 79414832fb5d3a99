import type { NodeId } from '../../model/fleet.ts';
import type { SwitchoverCapability } from '../role.ts';
import type { Step, StepContext } from '../step.ts';
import { candidate, holderBlockers, holders, moveBlockers } from './candidates.ts';
import { entranceMovedStep, lookEntrance, normalStep, releaseStep } from './entrance-steps.ts';

/** Moves the VIP to the other edge, and leaves both ready: the planned way to fail over the entrance. */
export const edgeSwitchover: SwitchoverCapability = {
  title(situation) {
    const [holder] = holders(situation);
    const to = holder === undefined ? null : candidate(situation, holder).id;
    return `Move the entrance${to === null ? '' : ` to ${to}`}`;
  },
  blockers(situation) {
    const uncertain = holderBlockers(situation);
    const [holder] = holders(situation);
    return uncertain.length > 0 || holder === undefined ? uncertain : moveBlockers(situation, holder);
  },
  blastRadius(situation) {
    const { cluster } = situation;
    return [
      `New connections to ${cluster.vip ?? 'the VIP'} wait for up to about a second.`,
      'Open sessions are cut; mail clients and servers connect again by themselves.',
      'No mail is lost: what was not acknowledged is sent again by its sender.',
    ];
  },
  steps(situation) {
    const { nodes } = situation.cluster;
    const [holder] = holders(situation);
    const shown = holder ?? nodes[0] ?? situation.nodeId;
    return [
      findHolderStep(nodes),
      releaseStep(nodes, shown, foundHolder),
      entranceMovedStep(nodes, foundHolder),
      normalStep(shown, foundHolder),
    ];
  },
};

const findHolderId = 'find-holder';

/**
 * Written down once, by observation: after the move, "the holder" is somebody
 * else, and a resumed run that asked again would move the VIP back.
 */
function findHolderStep(nodes: readonly NodeId[]): Step {
  return {
    id: findHolderId,
    title: 'Find the edge that holds the VIP',
    nodeId: null,
    commands: ['verb edge-vip (look) on every edge'],
    changes: '',
    cancel: 'now',
    timeoutMs: 30_000,
    async observe(context) {
      const { holders: held, silent } = await lookEntrance(context, nodes);
      const [holder] = held;
      if (silent.length > 0) return { state: 'unknown', detail: `Not heard: ${silent.join('; ')}` };
      if (held.length !== 1 || holder === undefined) {
        return {
          state: 'unknown',
          detail: held.length === 0 ? 'No edge holds the VIP.' : `${held.join(' and ')} both hold the VIP.`,
        };
      }
      return { state: 'done', detail: `${holder} holds the VIP.`, facts: { holder } };
    },
    async apply() {
      // It only looks.
    },
  };
}

function foundHolder(context: StepContext): NodeId {
  const facts = context.factsOf(findHolderId) as { holder?: NodeId } | null | undefined;
  if (facts?.holder === undefined) throw new Error('find-holder has not been observed');
  return facts.holder;
}
