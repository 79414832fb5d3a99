/**
 * Notes the moment at which each message became visible by IMAP, while the
 * traffic runs: INTERNALDATE has whole seconds only and is written by the store,
 * which is the one being tested. One connection a mailbox in IDLE; a lost one
 * is opened again, and what arrived in between counts with the later moment.
 */
import { type ImapAccess, type OpenMailbox, openInbox } from './imap-access.ts';

export interface DeliveryWatch {
  /** Message-ID -> when it was first seen. Unit: Unix ms. */
  readonly seenAtMs: ReadonlyMap<string, number>;
  /** Connections that were lost or could not be opened. */
  readonly interruptions: number;
  stop(): Promise<void>;
}

const retryEveryMs = 250;

export function watchDeliveries(access: ImapAccess, addresses: readonly string[]): DeliveryWatch {
  const seenAtMs = new Map<string, number>();
  const open = new Set<OpenMailbox>();
  let interruptions = 0;
  let stopped = false;

  const follow = async (address: string): Promise<void> => {
    let lastUid = 0;
    let first = true;
    while (!stopped) {
      let inbox: OpenMailbox | null = null;
      try {
        inbox = await openInbox(access, address);
        open.add(inbox);
        while (!stopped && inbox.usable) {
          const news = await inbox.above(lastUid);
          const now = Date.now();
          for (const message of news) {
            lastUid = Math.max(lastUid, message.uid);
            if (!seenAtMs.has(message.messageId))
              seenAtMs.set(message.messageId, first ? message.arrivedAtMs : now);
          }
          first = false;
          await inbox.changed(1_000);
        }
        if (!stopped) interruptions++;
      } catch {
        if (!stopped) interruptions++; // a store that is down is what some tests are about; settle() is the judge
      } finally {
        if (inbox !== null) {
          open.delete(inbox);
          inbox.close();
        }
      }
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, retryEveryMs));
    }
  };
  const loops = addresses.map(follow);

  return {
    seenAtMs,
    get interruptions() {
      return interruptions;
    },
    async stop() {
      stopped = true;
      for (const inbox of open) inbox.close();
      await Promise.all(loops);
    },
  };
}
