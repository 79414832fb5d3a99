/** The step that starts or stops one service of a role; undo puts it back into the state it was in. */
import type { NodeId } from '../model/fleet.ts';
import { serviceVerb } from '../verbs/service.ts';
import type { RoleId } from './role-id.ts';
import type { Step } from './step.ts';

export function serviceStep(
  role: RoleId,
  nodeId: NodeId,
  unit: string,
  action: 'start' | 'stop',
  title: string,
): Step {
  return {
    id: `${action}-${unit.replace(/\.service$/, '')}`,
    title,
    nodeId,
    commands: [`systemctl ${action} ${unit}`],
    changes: `${unit} on ${nodeId} is ${action === 'start' ? 'started, now and at boot' : 'stopped'}`,
    cancel: 'after-step',
    timeoutMs: 120_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, serviceVerb, { role, unit, action });
      const enough = satisfied && (action === 'stop' || state.enabled);
      return {
        state: enough ? 'done' : 'todo',
        detail: `${nodeId}: ${unit} is ${state.active} (${state.sub}).`,
        facts: { active: state.active, enabled: state.enabled },
      };
    },
    async apply(context) {
      if (action === 'start') await context.verb(nodeId, serviceVerb, { role, unit, action: 'enable' });
      await context.verb(nodeId, serviceVerb, { role, unit, action });
    },
    async undo(context, before) {
      const was = before as { active?: string; enabled?: boolean } | null;
      const tell = (act: 'start' | 'stop' | 'disable'): Promise<unknown> =>
        context.verb(nodeId, serviceVerb, { role, unit, action: act });
      if (action === 'stop') {
        if (was?.active === 'active') await tell('start');
        return;
      }
      if (was?.enabled === false) await tell('disable');
      if (was?.active !== 'active') await tell('stop');
    },
  };
}
