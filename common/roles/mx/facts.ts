/** What an mx's probe tells beyond numbers; it changes only when something happened. */
import { z } from 'zod';

export const mxFactsSchema = z.strictObject({
  /** Postfix answers on its queue socket. */
  queueSeen: z.boolean(),
  /** rspamd's version when it answers. */
  rspamd: z.string().max(40).nullable(),
});
export type MxFacts = z.infer<typeof mxFactsSchema>;

export function readMxFacts(facts: unknown): MxFacts | null {
  const read = mxFactsSchema.safeParse(facts);
  return read.success ? read.data : null;
}
