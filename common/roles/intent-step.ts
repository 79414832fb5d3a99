/** The step that writes on the node what the operator wants of a role there; undo writes what was wanted before. */
import type { NodeId } from '../model/fleet.ts';
import { nodeIntentVerb } from '../verbs/node-intent.ts';
import type { Intent } from './intent.ts';
import type { RoleId } from './role-id.ts';
import type { Step } from './step.ts';

export function intentStep(
  role: RoleId,
  nodeId: NodeId,
  intent: Intent['intent'],
  title: string,
  reason: string,
): Step {
  const input = { role, intent, reason };
  return {
    id: `intent-${intent}`,
    title,
    nodeId,
    commands: [`verb node-intent {role: ${role}, intent: ${intent}}`],
    changes: `/var/lib/mailyard/intent.json on ${nodeId}: ${role} is ${intent}`,
    cancel: 'after-step',
    timeoutMs: 20_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, nodeIntentVerb, input);
      const was = state.intent?.intent ?? 'serving';
      return {
        state: satisfied ? 'done' : 'todo',
        detail: `${nodeId}: ${role} is wanted ${was}.`,
        facts: { was },
      };
    },
    async apply(context) {
      await context.verb(nodeId, nodeIntentVerb, input);
    },
    async undo(context, before) {
      const was = (before as { was?: Intent['intent'] } | null)?.was ?? 'serving';
      await context.verb(nodeId, nodeIntentVerb, { role, intent: was, reason: `undo: ${reason}` });
    },
  };
}
