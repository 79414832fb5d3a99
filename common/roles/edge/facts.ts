/** What an edge's probe tells beyond numbers. */
import { z } from 'zod';
import { vrrpStates } from './vrrp-state.ts';

export const edgeFactsSchema = z.strictObject({
  /** Is the VIP among this node's own addresses? `unknown`: keepalived is not configured yet. */
  vip: z.enum(['held', 'not-held', 'unknown']),
  vrrp: z.enum(vrrpStates),
  /** The operator let go of the VIP here. */
  released: z.boolean(),
  /** HAProxy answered on its socket. */
  answers: z.boolean(),
  backends: z
    .array(
      z.strictObject({
        name: z.string().max(100),
        /** Servers that take new work now. */
        usable: z.number().int(),
        servers: z
          .array(
            z.strictObject({
              name: z.string().max(100),
              /** HAProxy's word, e.g. 'UP', 'DOWN', 'DRAIN', 'MAINT'. */
              status: z.string().max(40),
              check: z.string().max(40),
              weight: z.number(),
            }),
          )
          .max(1000),
      }),
    )
    .max(100),
});
export type EdgeFacts = z.infer<typeof edgeFactsSchema>;

/** null when the facts are not an edge's. */
export function readEdgeFacts(facts: unknown): EdgeFacts | null {
  const read = edgeFactsSchema.safeParse(facts);
  return read.success ? read.data : null;
}
