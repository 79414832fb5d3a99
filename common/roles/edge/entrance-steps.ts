/**
 * Handing the VIP over, as steps: shared by drain and switchover of an edge.
 *
 *   release   the holder lets go (254 in its hold file; keepalived: FAULT)
 *   moved     exactly one other edge holds the VIP, and mail is greeted there
 *   normal    the old holder stands ready again (BACKUP; nopreempt keeps it there)
 *
 * Who holds the VIP is asked of the nodes' own addresses, never of VRRP's
 * opinion alone.
 */
import type { NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import type { Step, StepContext } from '../step.ts';
import { type EdgeVipState, edgeVipVerb } from './edge-vip.ts';

export async function lookVip(context: StepContext, nodeId: NodeId): Promise<EdgeVipState> {
  return (await context.look(nodeId, edgeVipVerb, { hold: 'normal' })).state;
}

export interface Entrance {
  /** Edges that say they hold the VIP now. */
  readonly holders: readonly NodeId[];
  /** Edges that could not be asked, with why. */
  readonly silent: readonly string[];
  readonly states: ReadonlyMap<NodeId, EdgeVipState>;
}

export async function lookEntrance(context: StepContext, nodes: readonly NodeId[]): Promise<Entrance> {
  const states = new Map<NodeId, EdgeVipState>();
  const silent: string[] = [];
  await Promise.all(
    nodes.map(async (id) => {
      try {
        states.set(id, await lookVip(context, id));
      } catch (thrown) {
        context.signal.throwIfAborted();
        silent.push(`${id}: ${OpsError.from(thrown).message}`);
      }
    }),
  );
  return { states, silent, holders: nodes.filter((id) => states.get(id)?.holds === true) };
}

export function releaseStep(
  nodes: readonly NodeId[],
  shownNode: NodeId,
  whom: (context: StepContext) => NodeId,
): Step {
  return {
    id: 'release-vip',
    title: `${shownNode} lets go of the VIP`,
    nodeId: shownNode,
    commands: ['verb edge-vip {hold: release}'],
    changes: `the VIP leaves ${shownNode}; sessions through it are cut, clients connect again`,
    cancel: 'after-step',
    timeoutMs: 30_000,
    async observe(context) {
      const holder = whom(context);
      const state = await lookVip(context, holder);
      const gone = state.hold === 'release' && !state.holds;
      return {
        state: gone ? 'done' : 'todo',
        detail: `${holder} ${state.holds ? 'holds' : 'does not hold'} the VIP and is ${state.hold === 'release' ? 'told to let go' : 'ready for it'} (${state.vrrp}).`,
        facts: { hold: state.hold, holds: state.holds },
      };
    },
    async apply(context) {
      const holder = whom(context);
      await context.verb(holder, edgeVipVerb, { hold: 'release' });
      await context.waitFor(
        `${holder} to let go of the VIP`,
        async () => ((await lookVip(context, holder)).holds ? null : true),
        { everyMs: 200, limitMs: 15_000 },
      );
    },
    async undo(context, before) {
      const holder = whom(context);
      const was = before as { hold?: 'release' | 'normal'; holds?: boolean } | null;
      if (was?.hold !== 'release') await context.verb(holder, edgeVipVerb, { hold: 'normal' });
      if (was?.holds === true) await giveBack(context, nodes, holder);
    },
  };
}

/** Whoever holds the VIP lets go for as long as it takes the old holder to have it. */
async function giveBack(context: StepContext, nodes: readonly NodeId[], to: NodeId): Promise<void> {
  await context.waitFor(`${to} to be ready for the VIP`, async () => {
    const { vrrp } = await lookVip(context, to);
    return vrrp === 'BACKUP' || vrrp === 'MASTER' ? true : null;
  });
  const { holders } = await lookEntrance(context, nodes);
  const lent = holders.filter((id) => id !== to);
  for (const id of lent) await context.verb(id, edgeVipVerb, { hold: 'release' });
  try {
    await waitHeldBy(context, nodes, (holder) => holder === to, `${to} to hold the VIP again`);
  } finally {
    for (const id of lent) await context.verb(id, edgeVipVerb, { hold: 'normal' });
  }
}

export function entranceMovedStep(nodes: readonly NodeId[], from: (context: StepContext) => NodeId): Step {
  return {
    id: 'entrance-moved',
    title: 'Exactly one other edge holds the VIP and greets mail there',
    nodeId: null,
    commands: ['verb edge-vip (look) on every edge'],
    changes: '',
    cancel: 'after-step',
    timeoutMs: 30_000,
    async observe(context) {
      const { holders, silent, states } = await lookEntrance(context, nodes);
      const [holder] = holders;
      if (holders.length > 1) {
        return {
          state: 'unknown',
          detail: `${holders.join(' and ')} both hold the VIP; the network may be split.`,
        };
      }
      if (holder === undefined || holder === from(context)) {
        const missing = silent.length > 0 ? ` Not heard: ${silent.join('; ')}` : '';
        return {
          state: silent.length > 0 ? 'unknown' : 'todo',
          detail:
            (holder === undefined ? 'No edge holds the VIP.' : `${holder} still holds the VIP.`) + missing,
        };
      }
      const answers = states.get(holder)?.answers === true;
      return {
        state: answers ? 'done' : 'todo',
        detail: `${holder} alone holds the VIP${answers ? ' and greets mail there' : ', but nothing greets mail there'}.`,
        facts: { holder },
      };
    },
    async apply(context) {
      const old = from(context);
      await waitHeldBy(context, nodes, (holder) => holder !== old, 'another edge to hold the VIP and answer');
    },
  };
}

async function waitHeldBy(
  context: StepContext,
  nodes: readonly NodeId[],
  right: (holder: NodeId) => boolean,
  whatFor: string,
): Promise<void> {
  await context.waitFor(
    whatFor,
    async () => {
      const { holders, states } = await lookEntrance(context, nodes);
      const [holder] = holders;
      if (holders.length !== 1 || holder === undefined || !right(holder)) return null;
      return states.get(holder)?.answers === true ? true : null;
    },
    { everyMs: 200, limitMs: 20_000 },
  );
}

/** Stands ready for the VIP again, without taking it from who has it. */
export function normalStep(shownNode: NodeId, whom: (context: StepContext) => NodeId): Step {
  return {
    id: 'vip-normal',
    title: `${shownNode} stands ready for the VIP`,
    nodeId: shownNode,
    commands: ['verb edge-vip {hold: normal}'],
    changes: `${shownNode} takes the VIP when the other edge is lost`,
    cancel: 'after-step',
    timeoutMs: 30_000,
    async observe(context) {
      const state = await lookVip(context, whom(context));
      const ready = state.hold === 'normal' && (state.vrrp === 'BACKUP' || state.vrrp === 'MASTER');
      return {
        state: ready ? 'done' : 'todo',
        detail: `${whom(context)} is ${state.hold === 'normal' ? 'ready for the VIP' : 'told to leave the VIP'} (${state.vrrp}).`,
        facts: { hold: state.hold },
      };
    },
    async apply(context) {
      const node = whom(context);
      await context.verb(node, edgeVipVerb, { hold: 'normal' });
      await context.waitFor(
        `keepalived on ${node} to be BACKUP`,
        async () => {
          const { vrrp } = await lookVip(context, node);
          return vrrp === 'BACKUP' || vrrp === 'MASTER' ? true : null;
        },
        { everyMs: 200, limitMs: 20_000 },
      );
    },
    async undo(context, before) {
      const was = (before as { hold?: 'release' | 'normal' } | null)?.hold;
      if (was === 'release') await context.verb(whom(context), edgeVipVerb, { hold: 'release' });
    },
  };
}
