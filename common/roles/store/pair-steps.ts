/** Steps that look at or change the pair as a whole; shared by drain and provision. */
import type { NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import type { Step, StepContext } from '../step.ts';
import { type Behind, behind } from './mailbox-status.ts';
import { storeSyncCheckVerb } from './mailbox-verbs.ts';
import { storeFullSyncVerb, storePeerLinkVerb } from './pair-verbs.ts';

/** Switches the active side's way to its replica off or on. */
export function linkStep(active: NodeId, replica: NodeId, state: 'ready' | 'maint'): Step {
  const off = state === 'maint';
  return {
    id: `link-${state}`,
    title: off ? `${active} stops waiting for ${replica}` : `${active} copies to ${replica} again`,
    nodeId: active,
    commands: [`verb store-peer-link {state: ${state}}`],
    changes: off
      ? `mail for ${active} is acknowledged without a copy on ${replica}`
      : `each delivery on ${active} waits for its copy on ${replica}`,
    cancel: 'after-step',
    timeoutMs: 20_000,
    async observe(context) {
      const { satisfied, state: now } = await context.look(active, storePeerLinkVerb, { state });
      if (now.state === 'absent') {
        // Off all the same; but it cannot be switched on without HAProxy.
        return {
          state: off ? 'done' : 'unknown',
          detail: `HAProxy does not run on ${active}.`,
          facts: { was: 'ready' },
        };
      }
      return {
        state: satisfied ? 'done' : 'todo',
        detail: `${active}: the way to ${replica} is ${now.state === 'maint' ? 'switched off' : 'on'}.`,
        facts: { was: now.state },
      };
    },
    async apply(context) {
      await context.verb(active, storePeerLinkVerb, { state });
    },
    async undo(context, before) {
      const was = (before as { was?: 'ready' | 'maint' } | null)?.was ?? 'ready';
      await context.verb(active, storePeerLinkVerb, { state: was });
    },
  };
}

/**
 * What the replica lacks now. In-flight deliveries make a mailbox look behind
 * for an instant, so one that is behind is looked at again.
 */
export async function lookBehind(
  context: StepContext,
  active: NodeId,
  replica: NodeId,
): Promise<readonly Behind[]> {
  let found: readonly Behind[] = [];
  for (let look = 0; look < 3; look++) {
    const mine = (await context.look(active, storeSyncCheckVerb, {})).state;
    const theirs = (await context.look(replica, storeSyncCheckVerb, {})).state;
    found = behind(mine.mailboxes, theirs.mailboxes);
    if (found.length === 0) return found;
  }
  return found;
}

function behindSentence(found: readonly Behind[], replica: NodeId): string {
  const [first] = found;
  if (first === undefined) return `${replica} has every mailbox as the active side has it.`;
  const messages = found.reduce((sum, one) => sum + one.messages, 0);
  return `${replica} lacks ${messages} messages in ${found.length} mailboxes; ${first.mailbox}: ${first.how}.`;
}

/**
 * Waits until the replica has everything. `full` runs a whole copy first, which
 * a side that is new needs: the sync log knows nothing of older mail.
 */
export function caughtUpStep(active: NodeId, replica: NodeId, full: boolean): Step {
  return {
    id: 'caught-up',
    title: `${replica} has everything that ${active} has`,
    nodeId: active,
    commands: full
      ? ['sync_client -A (as cyrus)', 'verb store-sync-check on both']
      : ['verb store-sync-check on both'],
    changes: full ? `mailboxes are copied to ${replica}` : '',
    cancel: 'now',
    timeoutMs: full ? 6 * 3_600_000 : 30 * 60_000,
    async observe(context) {
      const found = await lookBehind(context, active, replica);
      return { state: found.length === 0 ? 'done' : 'todo', detail: behindSentence(found, replica) };
    },
    async apply(context) {
      await waitForLink(context, active, replica);
      if (full) await context.verb(active, storeFullSyncVerb, {});
      const points: [number, number][] = [];
      await context.waitFor(
        `${replica} to catch up`,
        async () => {
          const found = await lookBehind(context, active, replica);
          const lacking = found.reduce((sum, one) => sum + Math.max(1, one.messages), 0);
          points.push([Date.now(), lacking]);
          context.progress({
            text: behindSentence(found, replica),
            label: `Missing on ${replica}`,
            unit: 'messages',
            points: points.slice(-300),
            ...pace(points),
          });
          return found.length === 0 ? true : null;
        },
        { everyMs: 1_000, limitMs: 30 * 60_000 },
      );
    },
  };
}

/** Slow is told from never: no end is given for what did not fall within the last twenty looks. */
function pace(points: readonly (readonly [number, number])[]): { etaMs: number | null; stalled: boolean } {
  const last = points.at(-1);
  const before = points.at(-20) ?? points[0];
  if (last === undefined || before === undefined || last === before) return { etaMs: null, stalled: false };
  const fell = before[1] - last[1];
  if (fell <= 0) return { etaMs: last[1] === 0 ? 0 : null, stalled: points.length >= 20 && last[1] > 0 };
  return { etaMs: Math.round((last[1] / fell) * (last[0] - before[0])), stalled: false };
}

async function waitForLink(context: StepContext, active: NodeId, replica: NodeId): Promise<void> {
  const { state } = await context.look(active, storePeerLinkVerb, { state: 'ready' });
  if (state.state === 'ready') return;
  throw new OpsError(
    'command-failed',
    `The way from ${active} to ${replica} is ${state.state === 'maint' ? 'switched off' : 'absent'}: nothing can be copied. Switch it on, then run the step again.`,
  );
}
