/** rspamd's `/stat`. Source: rspamd 3.12 (Debian 13); fixture rspamd/debian-13/stat.json. */
import { z } from 'zod';

const statSchema = z.object({
  version: z.string(),
  uptime: z.number(),
  scanned: z.number(),
  learned: z.number(),
  spam_count: z.number(),
  ham_count: z.number(),
  connections: z.number(),
  actions: z.record(z.string(), z.number()),
  /** The last scans; null where there were fewer. Unit: seconds. */
  scan_times: z.array(z.number().nullable()).optional(),
});
export type RspamdStat = z.infer<typeof statSchema>;

export function parseRspamdStat(text: string): RspamdStat | null {
  try {
    return statSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
