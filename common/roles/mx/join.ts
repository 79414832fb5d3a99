/** How a configured mx comes to serve: proven by itself first, then given a little mail, then more. */
import type { NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import { edgeServerVerb } from '../edge/edge-server.ts';
import { smtpBackend } from '../edge/render.ts';
import { intentStep } from '../intent-step.ts';
import type { Situation } from '../role.ts';
import type { Step, StepContext } from '../step.ts';
import { startSteps } from './drain.ts';
import { liveEdges } from './edges.ts';
import { lookServer, takeOutStep, waitUp } from './server-steps.ts';
import { testMessageStep } from './test-message-step.ts';

const ramp = [10, 50, 100] as const;
/** How long a new share of the mail is watched before it is raised. */
const watchMs = 5000;

export function mxJoinSteps(situation: Situation): readonly Step[] {
  const { nodeId } = situation;
  const edges = liveEdges(situation);
  return [
    ...startSteps(nodeId),
    ...edges.map((edge) => knownInMaintenanceStep(edge, nodeId)),
    testMessageStep(situation),
    ...(edges.length === 0 ? [] : ramp.map((weight) => rampStep(edges, nodeId, weight))),
    intentStep('mx', nodeId, 'serving', `Say that ${nodeId} serves`, 'provision'),
  ];
}

/** HAProxy knows it and sends it nothing: a server that it never had starts in maintenance. */
function knownInMaintenanceStep(edge: NodeId, nodeId: NodeId): Step {
  const step = takeOutStep(edge, nodeId, 'maint');
  return {
    ...step,
    id: `known-to-${edge}`,
    title: `${edge} knows ${nodeId} and sends it nothing yet`,
    async observe(context) {
      if ((await lookServer(context, edge, nodeId)) === null) {
        return {
          state: 'unknown',
          detail: `HAProxy on ${edge} does not know ${nodeId}; its configuration must name it first.`,
        };
      }
      return step.observe(context);
    },
    // Going back, it stays in maintenance until it is out of the configuration.
    undo: undefined,
  };
}

function rampStep(edges: readonly NodeId[], nodeId: NodeId, weight: number): Step {
  return {
    id: `ramp-${weight}`,
    title: weight === 100 ? `${nodeId} takes its full share` : `${nodeId} takes ${weight} % of its share`,
    nodeId,
    commands: edges.map(
      (edge) => `${edge}: set server ${smtpBackend}/${nodeId} state ready, weight ${weight}`,
    ),
    changes: `HAProxy on ${edges.join(' and ')} sends mail to ${nodeId}`,
    cancel: 'after-step',
    timeoutMs: 90_000,
    async observe(context) {
      const seen = await Promise.all(edges.map((edge) => lookServer(context, edge, nodeId)));
      const there = seen.every(
        (one) => one?.admin === 'ready' && one.weight >= weight && one.status.startsWith('UP'),
      );
      return {
        state: there ? 'done' : 'todo',
        detail: edges
          .map(
            (edge, at) =>
              `${edge}: ${seen[at]?.admin ?? 'unknown'}, weight ${seen[at]?.weight ?? 0} (${seen[at]?.status ?? 'not there'})`,
          )
          .join('; '),
        facts: { before: seen.map((one) => ({ admin: one?.admin ?? 'maint', weight: one?.weight ?? 0 })) },
      };
    },
    async apply(context) {
      for (const edge of edges) {
        await context.verb(edge, edgeServerVerb, {
          backend: smtpBackend,
          server: nodeId,
          state: 'ready',
          weight,
        });
        await waitUp(context, edge, nodeId);
      }
      await watch(context, nodeId);
    },
    async undo(context, before) {
      const was = (before as { before?: { admin: 'ready' | 'drain' | 'maint'; weight: number }[] } | null)
        ?.before;
      for (const [at, edge] of edges.entries()) {
        await context.verb(edge, edgeServerVerb, {
          backend: smtpBackend,
          server: nodeId,
          state: was?.[at]?.admin ?? 'maint',
          weight: was?.[at]?.weight ?? null,
        });
      }
    },
  };
}

/** Throws when the new server defers or refuses much of what it is given. */
async function watch(context: StepContext, nodeId: NodeId): Promise<void> {
  const untilMs = Date.now() + watchMs;
  await context.waitFor(
    `a look at ${nodeId} under its new share`,
    async () => {
      const complaint = complaintAbout(context.samples(nodeId));
      if (complaint !== null) {
        throw new OpsError(
          'command-failed',
          `${nodeId} ${complaint}; it gets no more mail until that is mended.`,
        );
      }
      return Date.now() >= untilMs ? true : null;
    },
    { everyMs: 500, limitMs: watchMs + 10_000 },
  );
}

/** Pure: rates per second of a new server, and what is wrong with them; null when nothing is. */
export function complaintAbout(samples: Readonly<Record<string, number>> | null): string | null {
  if (samples === null) return null;
  const rate = (name: string): number => samples[name] ?? 0;
  const sent = rate('postfix_deliveries_total{status="sent"}');
  const deferred = rate('postfix_deliveries_total{status="deferred"}');
  const rejected = rate('postfix_smtpd_rejects_total{code="4xx"}');
  if (deferred > 0.5 && deferred > sent) return 'defers more mail than it delivers';
  if (rejected > 0.5 && rejected > sent) return 'refuses more mail for now than it delivers';
  return null;
}
