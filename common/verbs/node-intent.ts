import { z } from 'zod';
import { intentFileSchema, intentPath, intentSchema } from '../roles/intent.ts';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

/** Writes down what the operator wants of a role here, with who and why; see common/roles/intent.ts. */
export const nodeIntentVerb = defineVerb({
  name: 'node-intent',
  input: z.strictObject({
    role: roleIdSchema,
    intent: intentSchema.shape.intent,
    reason: z.string().max(500),
  }),
  /** null: nobody ever said. */
  state: z.strictObject({ intent: intentSchema.nullable() }),
  detached: false,
  async observe(host, { role, intent }) {
    const current = readable(await host.readFile(intentPath))[role] ?? null;
    return { satisfied: current?.intent === intent, state: { intent: current } };
  },
  async apply(host, { role, intent, reason }) {
    const intents = readable(await host.readFile(intentPath));
    const { operator, run } = host.caller;
    intents[role] = { intent, reason, operator, run, atMs: host.nowMs() };
    await host.writeFile(intentPath, `${JSON.stringify(intents)}\n`, {
      mode: 0o644,
      owner: 'root',
      group: 'root',
    });
  },
});

/** A damaged file is as none: what is wanted now is being said anew. */
function readable(text: string | null): z.infer<typeof intentFileSchema> {
  if (text === null) return {};
  try {
    return intentFileSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
