import { z } from 'zod';
import type { ClusterId, Fleet } from '../../model/fleet.ts';

/** A mailbox's address as the store writes it: lower case, nothing that IMAP would have to quote specially. */
export const addressSchema = z
  .string()
  .max(254)
  .regex(
    /^[a-z0-9][a-z0-9._+=-]{0,63}@[a-z0-9][a-z0-9.-]{0,188}$/,
    'an address in lower case, e.g. ann@yard.test',
  );

/** Where synthetic messages go; every pair has it. null: the fleet has no domain yet. */
export function probeMailbox(fleet: Fleet): string | null {
  const domain = fleet.mail.domains[0];
  return domain === undefined ? null : `mailyard-probe@${domain}`;
}

/** Everybody whose mail lives on this pair, the probe first. */
export function mailboxesOf(fleet: Fleet, cluster: ClusterId): readonly string[] {
  const probe = probeMailbox(fleet);
  const users = fleet.mail.mailboxes
    .filter((mailbox) => mailbox.store === cluster)
    .map((mailbox) => mailbox.address.toLowerCase());
  return [...new Set(probe === null ? users : [probe, ...users])];
}

/** Name of the fleet secret that is a user's password. */
export function passwordSecret(address: string): string {
  return `mailbox:${address}`;
}
