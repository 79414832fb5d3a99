/**
 * Hands one synthetic message to this node's own Postfix by SMTP, as a sender
 * would, and answers the line that it was accepted with. The answer is kept by
 * Message-ID: asked again, the same message is not sent twice.
 */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { testMessages } from './paths.ts';

const address = z.string().regex(/^[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,253}$/);

const testMessageStateSchema = z.strictObject({
  /** e.g. '250 2.0.0 Ok: queued as 4jYH535fStzK8n6'; null: not sent yet. */
  line: z.string().nullable(),
  queueId: z.string().nullable(),
});

export const mxTestMessageVerb = defineVerb({
  name: 'mx-test-message',
  input: z.strictObject({
    recipient: address,
    /** Without angle brackets. */
    messageId: z.string().regex(/^[A-Za-z0-9._-]{1,120}@[A-Za-z0-9.-]{1,120}$/),
  }),
  state: testMessageStateSchema,
  detached: false,
  async observe(host, { messageId }) {
    const text = await host.readFile(answerFile(messageId));
    const state =
      text === null ? { line: null, queueId: null } : testMessageStateSchema.parse(JSON.parse(text));
    return { satisfied: state.line !== null, state };
  },
  async apply(host, { recipient, messageId }) {
    const line = await send(host, recipient, messageId);
    const queueId = /queued as ([0-9A-Za-z]+)/.exec(line)?.[1] ?? null;
    await host.writeFile(answerFile(messageId), JSON.stringify({ line, queueId }), {
      mode: 0o600,
      owner: 'root',
      group: 'root',
    });
  },
});

function answerFile(messageId: string): string {
  return `${testMessages}/${messageId.replace(/[^A-Za-z0-9._@-]/g, '-')}.json`;
}

async function send(host: VerbHost, recipient: string, messageId: string): Promise<string> {
  const date = new Date(host.nowMs()).toUTCString().replace('GMT', '+0000');
  const message = [
    'From: Mailyard <mailyard-probe@localhost>',
    `To: <${recipient}>`,
    'Subject: Mailyard test message',
    `Date: ${date}`,
    `Message-ID: <${messageId}>`,
    'Auto-Submitted: auto-generated',
    '',
    'Sent by Mailyard to see that mail through this server arrives. It may be deleted.',
    '.',
    '',
  ].join('\r\n');
  // The whole of a reply: its last line has a space after the code.
  const replies = await host.dialogue(
    '127.0.0.1',
    25,
    [
      { expect: /^220 .*\r?\n/m, send: 'EHLO mailyard.localhost\r\n' },
      { expect: /^(250|5\d\d) .*\r?\n/m, send: 'MAIL FROM:<>\r\n' },
      { expect: /^\d{3} .*\r?\n/m, send: `RCPT TO:<${recipient}>\r\n` },
      { expect: /^\d{3} .*\r?\n/m, send: 'DATA\r\n' },
      { expect: /^\d{3} .*\r?\n/m, send: message },
      { expect: /^\d{3} .*\r?\n/m, send: 'QUIT\r\n' },
    ],
    15_000,
  );
  const refused = replies.slice(0, 5).find((reply) => /^[45]\d\d[ -]/.test(reply));
  const last = (replies.at(-1) ?? '').trim();
  if (refused !== undefined || !last.startsWith('250 ')) {
    throw new OpsError(
      'command-failed',
      `Postfix refused the test message to ${recipient}: ${(refused ?? last).trim().split('\n')[0]}`,
    );
  }
  return last;
}
