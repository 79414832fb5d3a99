/**
 * What an operator wants of a role on its node. It is why a stopped Postfix
 * can be told to be drained and not failed; it lies on the node, so that it
 * survives a restart of the console and of the node.
 */
import { z } from 'zod';
import type { ProbeHost } from './host.ts';

export const intentPath = '/var/lib/mailyard/intent.json';

export const intentSchema = z.strictObject({
  intent: z.enum(['serving', 'draining', 'drained', 'joining']),
  reason: z.string().max(500),
  operator: z.string().max(128),
  run: z.string().max(128),
  atMs: z.number(),
});
export type Intent = z.infer<typeof intentSchema>;

/** By role. */
export const intentFileSchema = z.record(z.string().regex(/^[a-z][a-z-]{0,31}$/), intentSchema);

/** The intent for a role; null when nobody ever said one (then it should serve). A file that cannot be read is no intent. */
export async function readIntent(host: Pick<ProbeHost, 'readFile'>, role: string): Promise<Intent | null> {
  const text = await host.readFile(intentPath);
  if (text === null) return null;
  try {
    return intentFileSchema.parse(JSON.parse(text))[role] ?? null;
  } catch {
    return null;
  }
}
