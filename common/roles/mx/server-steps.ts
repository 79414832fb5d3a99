/** Steps about this mx as a server in the edges' HAProxy. */
import type { NodeId } from '../../model/fleet.ts';
import { type EdgeServer, edgeServersVerb, edgeServerVerb, edgeSessionsVerb } from '../edge/edge-server.ts';
import { smtpBackend } from '../edge/render.ts';
import type { AdminState } from '../edge/servers-state.ts';
import type { Step, StepContext } from '../step.ts';
import { judgeCurve } from './sessions-curve.ts';

/** null: HAProxy there does not know this server. */
export async function lookServer(
  context: StepContext,
  edge: NodeId,
  server: NodeId,
): Promise<EdgeServer | null> {
  const { servers } = (await context.look(edge, edgeServersVerb, { backend: smtpBackend })).state;
  return servers.find((one) => one.server === server) ?? null;
}

interface Before {
  readonly admin?: AdminState;
  readonly weight?: number;
}

/** Tells one edge to send this server less: `drain` (no new sessions) or `maint` (none at all). */
export function takeOutStep(edge: NodeId, server: NodeId, to: 'drain' | 'maint'): Step {
  const enough: readonly AdminState[] = to === 'drain' ? ['drain', 'maint'] : ['maint'];
  return {
    id: `${to}-on-${edge}`,
    title: to === 'drain' ? `${edge} sends ${server} no new mail` : `${edge} has ${server} in maintenance`,
    nodeId: edge,
    commands: [`set server ${smtpBackend}/${server} state ${to}`],
    changes: `HAProxy on ${edge}: ${smtpBackend}/${server} is ${to}, through reloads and reboots`,
    cancel: 'after-step',
    timeoutMs: 30_000,
    async observe(context) {
      const seen = await lookServer(context, edge, server);
      if (seen === null)
        return { state: 'done', detail: `${edge} sends ${server} nothing: it does not know it.` };
      return {
        state: enough.includes(seen.admin) ? 'done' : 'todo',
        detail: `${edge}: ${server} is ${seen.admin} (${seen.status}), weight ${seen.weight}, ${seen.sessions} sessions.`,
        facts: { admin: seen.admin, weight: seen.weight } satisfies Before,
      };
    },
    async apply(context) {
      await context.verb(edge, edgeServerVerb, { backend: smtpBackend, server, state: to, weight: null });
    },
    async undo(context, before) {
      await putBack(context, edge, server, before as Before | null);
    },
  };
}

/** Back to work on one edge, with the weight that it had, and seen to be used. */
export function putInStep(edge: NodeId, server: NodeId): Step {
  return {
    id: `ready-on-${edge}`,
    title: `${edge} sends ${server} mail again`,
    nodeId: edge,
    commands: [`set server ${smtpBackend}/${server} state ready`],
    changes: `HAProxy on ${edge}: ${smtpBackend}/${server} is ready, with the weight it had`,
    cancel: 'after-step',
    timeoutMs: 40_000,
    async observe(context) {
      const seen = await lookServer(context, edge, server);
      if (seen === null) {
        return { state: 'todo', detail: `${edge} does not know ${server}; its configuration must name it.` };
      }
      const used = seen.admin === 'ready' && seen.status.startsWith('UP');
      return {
        state: used ? 'done' : 'todo',
        detail: `${edge}: ${server} is ${seen.admin} (${seen.status}), weight ${seen.weight}.`,
        facts: { admin: seen.admin, weight: seen.weight } satisfies Before,
      };
    },
    async apply(context) {
      await context.verb(edge, edgeServerVerb, {
        backend: smtpBackend,
        server,
        state: 'ready',
        weight: null,
      });
      await waitUp(context, edge, server);
    },
    async undo(context, before) {
      await putBack(context, edge, server, before as Before | null);
    },
  };
}

async function putBack(
  context: StepContext,
  edge: NodeId,
  server: NodeId,
  before: Before | null,
): Promise<void> {
  if (before?.admin === undefined) return;
  await context.verb(edge, edgeServerVerb, {
    backend: smtpBackend,
    server,
    state: before.admin,
    weight: before.weight ?? null,
  });
}

export async function waitUp(context: StepContext, edge: NodeId, server: NodeId): Promise<void> {
  await context.waitFor(
    `HAProxy on ${edge} to find ${server} healthy`,
    async () => ((await lookServer(context, edge, server))?.status.startsWith('UP') ? true : null),
    { everyMs: 500, limitMs: 30_000 },
  );
}

const sessionsLimitMs = 20 * 60_000;

/** Waits until no session is left, and tells slow from never: who holds on is named. */
export function sessionsGoneStep(edges: readonly NodeId[], server: NodeId): Step {
  return {
    id: 'sessions-gone',
    title: `Wait until nobody is connected to ${server}`,
    nodeId: server,
    commands: ['show stat on every edge, until scur is 0'],
    changes: '',
    cancel: 'now',
    timeoutMs: sessionsLimitMs,
    async observe(context) {
      const left = await sessionsLeft(context, edges, server);
      return {
        state: left === 0 ? 'done' : 'todo',
        detail: left === 0 ? `Nobody is connected to ${server}.` : `${left} sessions are open to ${server}.`,
        facts: { sessions: left },
      };
    },
    async apply(context) {
      const points: [number, number][] = [];
      let saidStalledAtMs = 0;
      await context.waitFor(
        `the sessions to ${server} to end`,
        async () => {
          const left = await sessionsLeft(context, edges, server);
          const nowMs = Date.now();
          points.push([nowMs, left]);
          if (points.length > 300) points.shift();
          const verdict = judgeCurve(points);
          const who =
            verdict.stalled && nowMs - saidStalledAtMs > 10_000
              ? await whoHolds(context, edges, server)
              : null;
          if (who !== null) {
            saidStalledAtMs = nowMs;
            context.output(`Not falling any more: ${left} sessions, held by ${who}.`);
          }
          context.progress({
            text: progressText(left, verdict.stalled, verdict.fallPerSecond, verdict.etaMs),
            label: 'Sessions',
            unit: 'sessions',
            points: [...points],
            etaMs: verdict.etaMs,
            stalled: verdict.stalled,
          });
          return left === 0 ? true : null;
        },
        { everyMs: 1000, limitMs: sessionsLimitMs - 5000 },
      );
    },
  };
}

function progressText(left: number, stalled: boolean, fallPerSecond: number, etaMs: number | null): string {
  if (left === 0) return 'No session left.';
  const sessions = `${left} ${left === 1 ? 'session' : 'sessions'} left`;
  if (stalled) {
    return `${sessions}, not falling any more. An idle sender is cut off by Postfix after two minutes; one that keeps sending is not. Wait, or cancel.`;
  }
  if (etaMs === null) return `${sessions}.`;
  return `${sessions}, falling ${Math.max(0.1, Math.round(fallPerSecond * 10) / 10)} a second; about ${Math.ceil(etaMs / 1000)} s.`;
}

async function sessionsLeft(context: StepContext, edges: readonly NodeId[], server: NodeId): Promise<number> {
  const seen = await Promise.all(edges.map((edge) => lookServer(context, edge, server)));
  return seen.reduce((sum, one) => sum + (one?.sessions ?? 0), 0);
}

async function whoHolds(context: StepContext, edges: readonly NodeId[], server: NodeId): Promise<string> {
  const names: string[] = [];
  for (const edge of edges) {
    const { sessions } = (await context.look(edge, edgeSessionsVerb, { backend: smtpBackend, server })).state;
    names.push(...sessions.map((one) => `${one.source} (${one.ageSeconds} s, by ${edge})`));
  }
  const shown = names.slice(0, 8).join(', ');
  if (names.length === 0)
    return 'connections from before the last reload of HAProxy, which ends them in ten minutes';
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
