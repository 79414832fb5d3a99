/** What two sides of a pair are compared by: one line for each mailbox. */
import { z } from 'zod';

export const mailboxStatusSchema = z.strictObject({
  /** As Cyrus's administrator sees it, e.g. `user/ann@yard.test` or `user/ann/Sent@yard.test`. */
  name: z.string().max(1000),
  messages: z.number(),
  uidNext: z.number(),
  uidValidity: z.number(),
  /** Grows with every change, on both sides alike. */
  highestModseq: z.number(),
});
export type MailboxStatus = z.infer<typeof mailboxStatusSchema>;

const item = (text: string, name: string): number =>
  Number(new RegExp(`\\b${name} (\\d+)`).exec(text)?.[1] ?? Number.NaN);

/** Untagged lines of `LIST "" "*" RETURN (STATUS (...))`; fixture list-status.txt. Deleted mailboxes, kept for a while, are left out. */
export function parseMailboxStatus(untagged: readonly string[]): readonly MailboxStatus[] {
  const found: MailboxStatus[] = [];
  for (const line of untagged) {
    const parts = /^STATUS (?:"((?:[^"\\]|\\.)*)"|(\S+)) \((.*)\)$/.exec(line);
    if (parts === null) continue;
    const name = parts[1]?.replace(/\\(.)/g, '$1') ?? parts[2] ?? '';
    if (name.startsWith('DELETED/')) continue;
    const items = parts[3] ?? '';
    found.push({
      name,
      messages: item(items, 'MESSAGES'),
      uidNext: item(items, 'UIDNEXT'),
      uidValidity: item(items, 'UIDVALIDITY'),
      highestModseq: item(items, 'HIGHESTMODSEQ'),
    });
  }
  return found;
}

export interface Behind {
  readonly mailbox: string;
  /** A sentence. */
  readonly how: string;
  /** Messages that the replica lacks at least. */
  readonly messages: number;
}

/**
 * Mailboxes of which the replica lacks something. Ask the active side first: what
 * arrives in between makes the replica look ahead, never behind.
 */
export function behind(
  active: readonly MailboxStatus[],
  replica: readonly MailboxStatus[],
): readonly Behind[] {
  const other = new Map(replica.map((status) => [status.name, status]));
  const found: Behind[] = [];
  for (const one of active) {
    const copy = other.get(one.name);
    if (copy === undefined) {
      found.push({ mailbox: one.name, how: 'it is absent on the replica', messages: one.messages });
    } else if (copy.uidValidity !== one.uidValidity) {
      found.push({
        mailbox: one.name,
        how: 'the replica has a different mailbox of that name',
        messages: one.messages,
      });
    } else if (copy.highestModseq < one.highestModseq || copy.uidNext < one.uidNext) {
      found.push({
        mailbox: one.name,
        how: `the replica is ${one.highestModseq - copy.highestModseq} changes behind`,
        messages: Math.max(0, one.uidNext - copy.uidNext),
      });
    }
  }
  return found;
}
