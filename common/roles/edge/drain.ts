import type { NodeId } from '../../model/fleet.ts';
import type { Blocker } from '../../model/problem.ts';
import { intentStep } from '../intent-step.ts';
import type { DrainCapability, Situation } from '../role.ts';
import { serviceStep } from '../service-step.ts';
import type { Step } from '../step.ts';
import { candidate, holderBlockers, holders, moveBlockers } from './candidates.ts';
import { edgeServersVerb } from './edge-server.ts';
import { entranceMovedStep, normalStep, releaseStep } from './entrance-steps.ts';

/** Draining an edge is handing over the VIP and not taking it back until undrained. */
export const edgeDrain: DrainCapability = {
  blockers(situation): readonly Blocker[] {
    const { nodeId } = situation;
    const uncertain = holderBlockers(situation);
    if (uncertain.length > 0) return uncertain;
    return moveBlockers(situation, nodeId);
  },
  blastRadius(situation) {
    const { nodeId, cluster } = situation;
    if (!holders(situation).includes(nodeId)) {
      return [`${nodeId} does not hold the VIP: nobody notices.`, leftAfter(situation)];
    }
    const to = candidate(situation, nodeId).id ?? 'the other edge';
    const sessions = sessionsOn(situation, nodeId);
    return [
      `${cluster.vip ?? 'The VIP'} moves to ${to}; new connections wait for up to about a second.`,
      sessions === null
        ? 'Open sessions are cut; clients connect again by themselves.'
        : `${sessions} open sessions are cut; clients connect again by themselves.`,
      leftAfter(situation),
    ];
  },
  drainSteps(situation) {
    const { nodeId, cluster } = situation;
    const here = (): NodeId => nodeId;
    return [
      intentStep('edge', nodeId, 'draining', `Say that ${nodeId} is being drained`, 'drain'),
      releaseStep(cluster.nodes, nodeId, here),
      entranceMovedStep(cluster.nodes, here),
      intentStep('edge', nodeId, 'drained', `Say that ${nodeId} is drained`, 'drain'),
    ];
  },
  undrainSteps(situation) {
    const { nodeId } = situation;
    return [
      serviceStep('edge', nodeId, 'haproxy.service', 'start', `Start HAProxy on ${nodeId}`),
      serviceStep('edge', nodeId, 'keepalived.service', 'start', `Start keepalived on ${nodeId}`),
      backendsUsableStep(nodeId),
      normalStep(nodeId, () => nodeId),
      intentStep('edge', nodeId, 'serving', `Say that ${nodeId} serves`, 'undrain'),
    ];
  },
};

function leftAfter(situation: Situation): string {
  const left = situation.cluster.nodes.filter(
    (id) => id !== situation.nodeId && situation.readings.get(id)?.serving === 'serving',
  );
  return left.length === 1
    ? `${left[0]} is then the only edge: its loss would be an outage.`
    : `${left.length} edges are left.`;
}

function sessionsOn(situation: Situation, id: NodeId): number | null {
  const values = situation.samples.get(id)?.values;
  if (!values) return null;
  const sessions = Object.entries(values).filter(([name]) =>
    name.startsWith('haproxy_frontend_current_sessions'),
  );
  return sessions.reduce((sum, [, value]) => sum + value, 0);
}

/** Every backend that has servers has one that takes work, so that the VIP would be of use here. */
export function backendsUsableStep(nodeId: NodeId): Step {
  return {
    id: 'backends-usable',
    title: `HAProxy on ${nodeId} has servers that take mail`,
    nodeId,
    commands: ['verb edge-servers (look)'],
    changes: '',
    cancel: 'now',
    timeoutMs: 40_000,
    async observe(context) {
      const { servers } = (await context.look(nodeId, edgeServersVerb, { backend: null })).state;
      const backends = [...new Set(servers.map((server) => server.backend))];
      const without = backends.filter(
        (backend) =>
          !servers.some(
            (server) =>
              server.backend === backend && server.admin === 'ready' && /^(UP|no check)/.test(server.status),
          ),
      );
      return {
        state: without.length === 0 ? 'done' : 'todo',
        detail:
          without.length === 0
            ? `${nodeId}: ${backends.length === 0 ? 'no backend is configured yet' : `${backends.join(', ')} have usable servers`}.`
            : `${nodeId}: no server takes ${without.join(', ')}.`,
      };
    },
    async apply(context) {
      // Checks need two seconds to call a server up; nothing is changed here.
      await context.waitFor(
        `HAProxy on ${nodeId} to find its servers`,
        async () => ((await this.observe(context)).state === 'done' ? true : null),
        { everyMs: 500, limitMs: 30_000 },
      );
    },
  };
}
