/** Builds the synthetic messages, so that each can be found again by its Message-ID. */

export interface SyntheticMessage {
  /** With its angle brackets, as IMAP shows it. */
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly content: string;
}

export const sentHeader = 'X-Mailyard-Sent-Ms';

/** `run` makes the ids of one traffic differ from those of all others in the same mailbox. */
export function messageIdFor(run: string, number: number): string {
  return `<${run}.${number}@traffic.mailyard.test>`;
}

export function buildMessage(parts: {
  readonly run: string;
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly sentAtMs: number;
  readonly bodyBytes: number;
}): SyntheticMessage {
  const messageId = messageIdFor(parts.run, parts.number);
  const line = `Synthetic message ${parts.number} of ${parts.run}; a line that starts with a dot follows.\r\n.dot\r\n`;
  const filler = 'The quick brown fox jumps over the lazy dog, and the mail still arrives in time.\r\n';
  const content = [
    `From: Mailyard traffic <${parts.from}>`,
    `To: <${parts.to}>`,
    `Subject: Synthetic ${parts.number}`,
    `Date: ${new Date(parts.sentAtMs).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${messageId}`,
    `${sentHeader}: ${parts.sentAtMs}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    line + filler.repeat(Math.max(1, Math.ceil((parts.bodyBytes - line.length) / filler.length))),
  ].join('\r\n');
  return { messageId, from: parts.from, to: parts.to, content };
}
