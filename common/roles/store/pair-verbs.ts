/** Verbs about the pair: the way to the other side, a full copy, and one delivery as a test. */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { addressSchema } from './address.ts';
import { linkAdminSocket, linkServer, lmtpSocket } from './paths.ts';

const peerLinkSchema = z.strictObject({
  /** `absent`: HAProxy does not run, or its running configuration names no other side. */
  state: z.enum(['ready', 'maint', 'absent']),
  /** `address:port` that the running HAProxy forwards to; null when absent. */
  to: z.string().nullable(),
});

/** Switches the way to the other side off (deliveries do not even try) and on again. */
export const storePeerLinkVerb = defineVerb({
  name: 'store-peer-link',
  input: z.strictObject({ state: z.enum(['ready', 'maint']) }),
  state: peerLinkSchema,
  detached: false,
  async observe(host, { state }) {
    const now = await peerLink(host);
    return { satisfied: now.state === state, state: now };
  },
  async apply(host, { state }) {
    const said = await host.askSocket(linkAdminSocket, `set server ${linkServer} state ${state}\n`);
    if (said.trim() !== '') {
      throw new OpsError(
        'command-failed',
        `HAProxy refuses to switch the way to the other side: ${said.trim().slice(0, 200)}`,
      );
    }
  },
});

async function peerLink(host: VerbHost): Promise<z.infer<typeof peerLinkSchema>> {
  try {
    return parseServerState(await host.askSocket(linkAdminSocket, 'show servers state peersync\n'));
  } catch {
    return { state: 'absent', to: null };
  }
}

/** `show servers state` of HAProxy 3.0; fixture servers-state.txt. Bit 1 of srv_admin_state: maintenance said by a person. */
export function parseServerState(text: string): z.infer<typeof peerLinkSchema> {
  const rows = text.split('\n').map((row) => row.split(' '));
  const header = rows.find((row) => row[0] === '#')?.slice(1) ?? [];
  const peer = rows.find(
    (row) => row[header.indexOf('be_name')] === 'peersync' && row[header.indexOf('srv_name')] === 'peer',
  );
  if (peer === undefined) return { state: 'absent', to: null };
  const admin = Number(peer[header.indexOf('srv_admin_state')]);
  return {
    state: (admin & 1) === 1 ? 'maint' : 'ready',
    to: `${peer[header.indexOf('srv_addr')]}:${peer[header.indexOf('srv_port')]}`,
  };
}

/** Copies everything to the other side; what is there already is only compared. Minutes for a large store. */
export const storeFullSyncVerb = defineVerb({
  name: 'store-full-sync',
  input: z.strictObject({}),
  state: z.strictObject({}),
  detached: true,
  always: () => true,
  async observe() {
    // Whether the sides are equal takes both of them to say: store-sync-check on each.
    return { satisfied: true, state: {} };
  },
  async apply(host) {
    const done = await host.exec(
      ['runuser', '-u', 'cyrus', '--', '/usr/lib/cyrus/bin/sync_client', '-v', '-A'],
      {
        timeoutMs: 6 * 3_600_000,
        onLine: (line) => host.output(line),
      },
    );
    if (done.code !== 0) {
      throw new OpsError(
        'command-failed',
        `sync_client -A ended with ${done.code}: ${`${done.stdout}${done.stderr}`.trim().slice(-300)} Run the step again; it copies only what is lacking.`,
      );
    }
  },
});

/** One message by LMTP over Cyrus's unix socket, as a test of this side. Delivering it twice stores it once. */
export const storeDeliverVerb = defineVerb({
  name: 'store-deliver',
  input: z.strictObject({
    mailbox: addressSchema,
    messageId: z.string().regex(/^<[A-Za-z0-9._-]{1,120}@[A-Za-z0-9.-]{1,120}>$/),
  }),
  state: z.strictObject({}),
  detached: false,
  always: () => true,
  async observe() {
    return { satisfied: true, state: {} };
  },
  async apply(host, { mailbox, messageId }) {
    const answer = await host.askSocket(lmtpSocket, lmtpTalk(mailbox, messageId, host.nowMs()), 15_000);
    const refusal = lmtpRefusal(answer);
    if (refusal !== null)
      throw new OpsError('command-failed', `Cyrus did not take a test message for ${mailbox}: ${refusal}`);
  },
});

function lmtpTalk(mailbox: string, messageId: string, nowMs: number): string {
  return [
    'LHLO mailyard',
    'MAIL FROM:<>',
    `RCPT TO:<${mailbox}>`,
    'DATA',
    'From: Mailyard <mailyard@localhost>',
    `To: <${mailbox}>`,
    'Subject: Mailyard test',
    `Date: ${new Date(nowMs).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${messageId}`,
    `X-Mailyard-Sent-Ms: ${nowMs}`,
    '',
    'A test of this store by its operator.',
    '.',
    'QUIT',
    '',
  ].join('\r\n');
}

/** Greeting, LHLO, MAIL, RCPT, DATA, one answer for the recipient: each must be good. null when all were. */
export function lmtpRefusal(answer: string): string | null {
  const finals = answer.split('\r\n').filter((line) => /^\d{3} /.test(line));
  const bad = finals.find((line) => /^[45]/.test(line));
  if (bad !== undefined) return bad.slice(0, 200);
  return finals.filter((line) => line.startsWith('250 ')).length >= 4 ? null : 'the conversation ended early';
}
