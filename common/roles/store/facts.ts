import { z } from 'zod';
import type { RoleReading } from '../../model/reading.ts';

/** How the way to the other side is, as the local HAProxy sees it. */
export const linkStates = ['up', 'down', 'held', 'none', 'unknown'] as const;

/**
 * What a store node is beyond numbers. Nothing in it changes from second to
 * second, so that a reading is sent when something happened.
 */
export const storeFactsSchema = z.strictObject({
  side: z.enum(['active', 'replica', 'unknown']),
  node: z.string().max(63).nullable(),
  peer: z.string().max(63).nullable(),
  /** `held`: taken out on purpose while the peer is drained. `none`: the pair has one side only. */
  link: z.enum(linkStates),
  /**
   * Is a delivery on both sides before it is acknowledged? `no`: it is
   * acknowledged without a copy and follows later. `unknown`: nothing was
   * delivered or nothing can be told.
   */
  synchronous: z.enum(['yes', 'no', 'unknown']),
  /** The sync log has not been emptied for over 10 s. */
  lagging: z.boolean(),
});
export type StoreFacts = z.infer<typeof storeFactsSchema>;

/** null: the reading is of an agent that says something else. */
export function storeFactsOf(reading: RoleReading | null | undefined): StoreFacts | null {
  const parsed = storeFactsSchema.safeParse(reading?.facts);
  return parsed.success ? parsed.data : null;
}
