import { z } from 'zod';

/**
 * What has still to go to the other side, as the sync log says. A semi-synchronous
 * delivery is logged too, and struck off within a second or two: entries are
 * normal under load. What tells is how long the oldest has been waiting.
 */
const backlogSchema = z.object({
  atMs: z.number(),
  bytes: z.number(),
  entries: z.number(),
  /** Since when the oldest log file has not been worked off; null when there is none. */
  waitingSinceMs: z.number().nullable(),
  /** The file exists that tells sync_client to stop. */
  stopped: z.boolean(),
});
export type Backlog = z.infer<typeof backlogSchema>;

/** Source: backlog.json of mailyard-store-stats. null when absent, damaged, or older than 10 s: then nobody looks any more. */
export function parseBacklog(text: string | null, nowMs: number): Backlog | null {
  if (text === null) return null;
  try {
    const backlog = backlogSchema.parse(JSON.parse(text));
    return Math.abs(nowMs - backlog.atMs) <= 10_000 ? backlog : null;
  } catch {
    return null;
  }
}

/** Unit: seconds; 0 when nothing waits. */
export function waitingSeconds(backlog: Backlog, nowMs: number): number {
  return backlog.waitingSinceMs === null ? 0 : Math.max(0, (nowMs - backlog.waitingSinceMs) / 1000);
}
