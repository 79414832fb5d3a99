/**
 * Postfix's long queue IDs tell when the message arrived: seconds in base 52
 * (6 characters or more), microseconds in base 52 (4), `z`, inode in base 51.
 * Source: Postfix 3.10, src/global/mail_queue.h.
 */
const alphabet = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';
const long =
  /^([0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]{6,})([0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{4})z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]+$/;

/** A name that Postfix may give a queue file; nothing else is ever made into a path. */
export const queueIdPattern = /^[0-9A-Za-z]{6,40}$/;

/** Long IDs are not used again, on any server. */
export function isLongQueueId(id: string): boolean {
  return long.test(id);
}

/** Unix ms; null for a short ID. */
export function arrivalOf(id: string): number | null {
  const found = long.exec(id);
  if (!found?.[1]) return null;
  let seconds = 0;
  for (const char of found[1]) seconds = seconds * 52 + alphabet.indexOf(char);
  return seconds * 1000;
}
