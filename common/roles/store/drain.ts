/**
 * Draining a store node. A replica can be taken out: the active side goes on
 * alone, and what the replica misses follows when it is back. The active side
 * cannot, before its mailboxes can be moved to the other side without an error
 * for users, which comes with the directory.
 */
import type { Blocker } from '../../model/problem.ts';
import { intentStep } from '../intent-step.ts';
import type { DrainCapability, Situation } from '../role.ts';
import { serviceStep } from '../service-step.ts';
import { storeFactsOf } from './facts.ts';
import { activeOf, peerOf } from './pair.ts';
import { caughtUpStep, linkStep } from './pair-steps.ts';
import { cyrusUnit, linkUnit } from './paths.ts';

export const storeDrain: DrainCapability = {
  blockers(situation) {
    const blocker = drainBlocker(situation);
    return blocker === null ? [] : [blocker];
  },
  blastRadius({ cluster, nodeId }) {
    const active = activeOf(cluster);
    return [
      `Users notice nothing: ${active} goes on taking mail and serving IMAP.`,
      `Until ${nodeId} is back, ${active} holds the only copy of new mail: its loss would lose what arrived meanwhile.`,
    ];
  },
  drainSteps({ cluster, nodeId }) {
    const active = activeOf(cluster) ?? nodeId;
    return [
      intentStep('store', nodeId, 'draining', `Say that ${nodeId} is being drained`, 'drain'),
      // Told first, so that no delivery waits for a peer that is going away.
      linkStep(active, nodeId, 'maint'),
      serviceStep('store', nodeId, cyrusUnit, 'stop', `Stop Cyrus on ${nodeId}`),
      intentStep('store', nodeId, 'drained', `Say that ${nodeId} is drained`, 'drain'),
    ];
  },
  undrainSteps({ cluster, nodeId }) {
    const active = activeOf(cluster) ?? nodeId;
    return [
      intentStep('store', nodeId, 'joining', `Say that ${nodeId} is coming back`, 'undrain'),
      serviceStep('store', nodeId, linkUnit, 'start', `Start HAProxy on ${nodeId}`),
      serviceStep('store', nodeId, cyrusUnit, 'start', `Start Cyrus on ${nodeId}`),
      linkStep(active, nodeId, 'ready'),
      caughtUpStep(active, nodeId, false),
      intentStep('store', nodeId, 'serving', `Say that ${nodeId} serves`, 'undrain'),
    ];
  },
};

/** Why a store node cannot be drained now; null when it can. */
export function drainBlocker(situation: Situation): Blocker | null {
  const { cluster, nodeId } = situation;
  const active = activeOf(cluster);
  const facts = storeFactsOf(situation.readings.get(nodeId));
  if (active === nodeId || facts?.side === 'active') {
    return {
      code: 'ActiveSide',
      message: `${nodeId} is the active side of ${cluster.id}; moving it comes with the directory. ${peerOf(cluster, nodeId) ?? 'The replica'} can be drained.`,
      overridable: false,
    };
  }
  if (active === null) {
    return {
      code: 'NoActiveSide',
      message: `The fleet file names no active side of ${cluster.id}.`,
      overridable: false,
    };
  }
  const reading = situation.readings.get(active);
  if (reading === undefined) {
    return {
      code: 'ActiveUnseen',
      message: `What ${active}, the active side, does now cannot be seen; ${nodeId} may be the only copy. Mend the connection to ${active} first.`,
      overridable: true,
    };
  }
  if (reading.serving !== 'serving') {
    return {
      code: 'LastCopy',
      message: `${active}, the active side, is ${reading.serving}: ${nodeId} is all that is left of ${cluster.id}. Bring ${active} back first.`,
      overridable: false,
    };
  }
  return null;
}
