/** Verbs about mailboxes on one side of a pair, by IMAP over Cyrus's unix socket. */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { addressSchema } from './address.ts';
import { askImap, quoted } from './imap-ask.ts';
import { mailboxStatusSchema, parseMailboxStatus } from './mailbox-status.ts';
import { loginOf, requireStoreFile } from './store-login.ts';

/** Makes the mailboxes that are lacking; on the active side only: the replica gets them by replication. */
export const storeMailboxesVerb = defineVerb({
  name: 'store-mailboxes',
  input: z.strictObject({ mailboxes: z.array(addressSchema).min(1).max(5000) }),
  state: z.strictObject({ present: z.number().int(), missing: z.array(z.string()) }),
  detached: false,
  async observe(host, { mailboxes }) {
    const missing = await missingOf(host, mailboxes);
    return {
      satisfied: missing.length === 0,
      state: { present: mailboxes.length - missing.length, missing: [...missing] },
    };
  },
  async apply(host, { mailboxes }) {
    const { side, node } = await requireStoreFile(host);
    if (side !== 'active') {
      throw new OpsError(
        'bad-input',
        `${node} is the replica: a mailbox made here would be a second, different one. Make it on the active side.`,
      );
    }
    const missing = await missingOf(host, mailboxes);
    if (missing.length === 0) return;
    const login = await loginOf(host, 'cyrus');
    const { results } = await askImap(
      host,
      login,
      missing.map((mailbox) => `CREATE ${quoted(`user/${mailbox}`)}`),
      60_000,
    );
    const failed = results.findIndex((result) => !result.startsWith('OK'));
    if (failed >= 0) {
      throw new OpsError(
        'command-failed',
        `The mailbox ${missing[failed]} could not be made: ${results[failed]?.slice(0, 200)}`,
      );
    }
    host.output(`made ${missing.length} mailboxes`);
  },
});

async function missingOf(host: VerbHost, mailboxes: readonly string[]): Promise<readonly string[]> {
  const login = await loginOf(host, 'cyrus');
  const { untagged } = await askImap(host, login, ['LIST "" "user/%"', 'LIST "" "user/%@%"'], 30_000);
  const present = new Set<string>();
  for (const line of untagged) {
    const name = /^LIST \([^)]*\) \S+ "?user\/([^"]+)"?$/.exec(line)?.[1];
    if (name !== undefined) present.add(name);
  }
  return mailboxes.filter((mailbox) => !present.has(mailbox));
}

/** Is a message in a mailbox on this side? By its Message-ID, in the INBOX. */
export const storeFindMessageVerb = defineVerb({
  name: 'store-find-message',
  input: z.strictObject({ mailbox: addressSchema, messageId: z.string().min(3).max(500) }),
  state: z.strictObject({
    /** False: there is no such mailbox on this side. */
    mailboxPresent: z.boolean(),
    uids: z.array(z.number().int()),
  }),
  detached: false,
  async observe(host, { mailbox, messageId }) {
    const login = await loginOf(host, mailbox);
    const { untagged, results } = await askImap(host, login, [
      'EXAMINE INBOX',
      `UID SEARCH HEADER Message-ID ${quoted(messageId)}`,
    ]);
    const mailboxPresent = results[0]?.startsWith('OK') === true;
    const found = untagged.find((line) => line.startsWith('SEARCH'))?.slice('SEARCH'.length) ?? '';
    const uids = found
      .split(' ')
      .filter((word) => word !== '')
      .map(Number);
    return { satisfied: true, state: { mailboxPresent, uids: mailboxPresent ? uids : [] } };
  },
});

const mostMailboxes = 5000;

/** Every mailbox with what the two sides are compared by; `behind` in mailbox-status.ts compares. */
export const storeSyncCheckVerb = defineVerb({
  name: 'store-sync-check',
  input: z.strictObject({}),
  state: z.strictObject({
    side: z.enum(['active', 'replica']),
    mailboxes: z.array(mailboxStatusSchema),
    /** How many there are; more than are listed when there are very many. */
    total: z.number().int(),
  }),
  detached: false,
  async observe(host) {
    const { side } = await requireStoreFile(host);
    const login = await loginOf(host, 'cyrus');
    const { untagged } = await askImap(
      host,
      login,
      ['LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))'],
      30_000,
    );
    const mailboxes = parseMailboxStatus(untagged);
    return {
      satisfied: true,
      state: { side, mailboxes: mailboxes.slice(0, mostMailboxes), total: mailboxes.length },
    };
  },
});
