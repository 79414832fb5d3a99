import { type Settlement, settle, startTraffic, watchDeliveries } from '../mail/index.ts';
import type { Spine } from './spine.ts';

/** Messages a second through the VIP. */
export const mailRate = 10;

export interface UnderMail<T> {
  readonly value: T;
  readonly mail: Settlement;
}

/**
 * Does something while mail flows through the VIP, then accounts for every
 * message. When the work throws, the mail is stopped and the error goes on.
 */
export async function underMail<T>(spine: Spine, work: () => Promise<T>): Promise<UnderMail<T>> {
  const traffic = startTraffic({
    host: spine.vip,
    port: 25,
    ratePerSecond: mailRate,
    recipients: spine.mailboxes,
  });
  const watch = watchDeliveries(spine.imap, spine.mailboxes);
  let value: T;
  try {
    value = await work();
  } finally {
    await traffic.stop();
    await watch.stop();
  }
  const mail = await settle(traffic.ledger, {
    ...{ imap: spine.imap, queueIds: spine.queueIds, watch, limitMs: 120_000 },
  });
  return { value, mail };
}
