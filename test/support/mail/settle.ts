import type { DeliveryWatch } from './delivery-watch.ts';
import { type ImapAccess, openInbox } from './imap-access.ts';
import { judge, type Ledger, type SeenMessage, type Settlement } from './ledger.ts';

export interface SettleOptions {
  readonly imap: ImapAccess;
  /** Queue ids in all queues of all mx (`postqueue -j`); a mx that is down answers with nothing. */
  queueIds(): Promise<readonly string[]>;
  /** The moments seen while the traffic ran; without it delays come from INTERNALDATE, good to a second. */
  readonly watch?: DeliveryWatch;
  /** How long to wait for what is still on its way. Unit: ms. */
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks into every recipient's mailbox until all that was accepted has arrived,
 * or the limit is over, and gives the verdict. Late is not lost: whoever wants
 * to know about late asks maxMs.
 *
 * Throws: the last IMAP error when the mailboxes could not be read within the limit.
 */
export async function settle(ledger: Ledger, options: SettleOptions): Promise<Settlement> {
  const endMs = Date.now() + options.limitMs;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const seen = await readAll(ledger, options);
      const queueIds = new Set(await options.queueIds());
      const verdict = judge(ledger, seen, queueIds);
      if ((verdict.lost.length === 0 && verdict.inQueue === 0) || Date.now() >= endMs) return verdict;
    } catch (error) {
      if (Date.now() >= endMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function readAll(ledger: Ledger, options: SettleOptions): Promise<readonly SeenMessage[]> {
  const seen: SeenMessage[] = [];
  for (const address of ledger.recipients) {
    const inbox = await openInbox(options.imap, address);
    try {
      for (const message of await inbox.above(0)) {
        seen.push({
          messageId: message.messageId,
          seenAtMs: options.watch?.seenAtMs.get(message.messageId) ?? message.arrivedAtMs,
        });
      }
    } finally {
      inbox.close();
    }
  }
  return seen;
}
