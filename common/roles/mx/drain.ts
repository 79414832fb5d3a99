/**
 * Taking an mx out, and back. Order matters:
 *
 *   no new sessions -> none left -> maintenance -> Postfix stopped -> queue moved
 *
 * Maintenance before the sessions are gone would cut them (on-marked-down);
 * Postfix stopped before maintenance would look like a failure to HAProxy.
 */
import type { NodeId } from '../../model/fleet.ts';
import { intentStep } from '../intent-step.ts';
import type { DrainCapability, Situation } from '../role.ts';
import { serviceStep } from '../service-step.ts';
import type { Step, StepContext } from '../step.ts';
import { loadNow, mxDrainBlockers, peersOf, round } from './blockers.ts';
import { edgesOf } from './edges.ts';
import { moveQueueStep, settleWhatWasTaken } from './move-queue.ts';
import { putInStep, sessionsGoneStep, takeOutStep } from './server-steps.ts';
import { postfixUnit } from './services.ts';
import { testMessageStep } from './test-message-step.ts';

const choosePeerId = 'choose-peer';

export const mxDrain: DrainCapability = {
  blockers: mxDrainBlockers,
  blastRadius(situation) {
    const { nodeId, cluster } = situation;
    const peers = peersOf(situation);
    const load = loadNow(situation);
    const carry = cluster.messagesPerSecondPerNode;
    return [
      `Nobody notices: ${peers.join(' and ') || 'the others'} take the mail, ${nodeId} ends the sessions it has.`,
      load === null
        ? `What ${cluster.id} takes now is not known.`
        : `${cluster.id} takes ${round(load)} messages a second now; ${carry === null ? 'the fleet file does not say what one server can carry' : `${peers.length} left can carry ${peers.length * carry}`}.`,
      peers.length === 1
        ? `${peers[0]} is then the last one: its loss would stop incoming mail until it or ${nodeId} is back.`
        : `${peers.length} servers are left.`,
    ];
  },
  drainSteps(situation) {
    const { nodeId, fleet } = situation;
    const edges = edgesOf(fleet);
    const shownPeer = peersOf(situation)[0] ?? 'a peer';
    return [
      intentStep('mx', nodeId, 'draining', `Say that ${nodeId} is being drained`, 'drain'),
      choosePeerStep(situation),
      ...edges.map((edge) => takeOutStep(edge, nodeId, 'drain')),
      sessionsGoneStep(edges, nodeId),
      ...edges.map((edge) => takeOutStep(edge, nodeId, 'maint')),
      stopStep(nodeId),
      moveQueueStep(nodeId, shownPeer, chosenPeer),
      intentStep('mx', nodeId, 'drained', `Say that ${nodeId} is drained`, 'drain'),
    ];
  },
  undrainSteps(situation) {
    const { nodeId, fleet } = situation;
    return [
      intentStep('mx', nodeId, 'joining', `Say that ${nodeId} is coming back`, 'undrain'),
      ...startSteps(nodeId),
      testMessageStep(situation),
      ...edgesOf(fleet).map((edge) => putInStep(edge, nodeId)),
      intentStep('mx', nodeId, 'serving', `Say that ${nodeId} serves`, 'undrain'),
    ];
  },
};

/** What scans first, then what takes mail. */
export function startSteps(nodeId: NodeId): readonly Step[] {
  return [
    serviceStep('mx', nodeId, 'valkey-server.service', 'start', `Start Valkey on ${nodeId}`),
    serviceStep('mx', nodeId, 'rspamd.service', 'start', `Start rspamd on ${nodeId}`),
    serviceStep('mx', nodeId, postfixUnit, 'start', `Start Postfix on ${nodeId}`),
  ];
}

/** Stopping Postfix; undone only after what the peer took over is out of this queue. */
function stopStep(nodeId: NodeId): Step {
  const step = serviceStep('mx', nodeId, postfixUnit, 'stop', `Stop Postfix on ${nodeId}`);
  return {
    ...step,
    async undo(context, before) {
      await settleWhatWasTaken(context, nodeId, chosenPeer(context));
      await step.undo?.(context, before);
    },
  };
}

/**
 * Chosen once and written down: a resumed run must not hand the rest of the
 * queue to somebody else, who could not know what the first one has.
 */
function choosePeerStep(situation: Situation): Step {
  const { nodeId, cluster } = situation;
  return {
    id: choosePeerId,
    title: 'Choose who takes the queue',
    nodeId: null,
    commands: [],
    changes: '',
    cancel: 'now',
    timeoutMs: 30_000,
    async observe(context) {
      const peer = cluster.nodes.find(
        (id) => id !== nodeId && context.reading(id, 'mx')?.serving === 'serving',
      );
      return peer === undefined
        ? { state: 'unknown', detail: `No other server of ${cluster.id} is seen to serve.` }
        : { state: 'done', detail: `${peer} takes the queue of ${nodeId}.`, facts: { peer } };
    },
    async apply() {
      // It only looks.
    },
  };
}

function chosenPeer(context: StepContext): NodeId {
  const facts = context.factsOf(choosePeerId) as { peer?: NodeId } | null | undefined;
  if (facts?.peer === undefined) throw new Error('choose-peer has not been observed');
  return facts.peer;
}
