import { ImapFlow } from 'imapflow';

/** How the mailboxes are reached: through the VIP as a user would, or at the active store itself. */
export interface ImapAccess {
  readonly host: string;
  readonly port: number;
  passwordOf(address: string): string;
}

export interface MailboxMessage {
  readonly uid: number;
  readonly messageId: string;
  /** INTERNALDATE; whole seconds. Unit: Unix ms. */
  readonly arrivedAtMs: number;
}

/** A mailbox held open for reading. */
export interface OpenMailbox {
  /** Messages with a UID above this one, ascending. */
  above(uid: number): Promise<readonly MailboxMessage[]>;
  /** Resolves when the server announced something, the connection ended, or the limit passed. */
  changed(limitMs: number): Promise<void>;
  readonly usable: boolean;
  close(): void;
}

const connectLimitMs = 3_000;

/** Opens the INBOX. Throws whatever imapflow throws: the caller tries again or fails the test. */
export async function openInbox(access: ImapAccess, address: string): Promise<OpenMailbox> {
  const client = new ImapFlow({
    host: access.host,
    port: access.port,
    secure: false,
    tls: { rejectUnauthorized: false },
    auth: { user: address, pass: access.passwordOf(address) },
    logger: false,
    autoIdleDelay: 20,
    connectionTimeout: connectLimitMs,
    greetingTimeout: connectLimitMs,
  } as ConstructorParameters<typeof ImapFlow>[0]);
  let wake: (() => void) | null = null;
  client.on('error', () => wake?.()); // without a listener a lost connection would end the process
  client.on('close', () => wake?.());
  client.on('exists', () => wake?.());
  try {
    await client.connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
  } catch (error) {
    client.close();
    throw error;
  }
  return {
    get usable() {
      return client.usable;
    },
    async above(uid) {
      const messages: MailboxMessage[] = [];
      for await (const message of client.fetch(
        `${uid + 1}:*`,
        { uid: true, internalDate: true, headers: ['message-id'] },
        { uid: true },
      )) {
        if (message.uid <= uid) continue; // `n:*` names the last message even when n is beyond it
        const messageId = /^message-id:\s*(<[^>]+>)/im.exec(message.headers?.toString('latin1') ?? '')?.[1];
        messages.push({
          uid: message.uid,
          messageId: messageId ?? '',
          arrivedAtMs: new Date(message.internalDate ?? 0).getTime(),
        });
      }
      return messages;
    },
    async changed(limitMs) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (!client.usable) wake();
      });
      wake = null;
    },
    close: () => client.close(),
  };
}
