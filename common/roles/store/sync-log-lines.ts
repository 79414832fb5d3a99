/** What Cyrus's log says about replication. */
export interface SyncLogNews {
  /** Deliveries or changes that were acknowledged without the other side having them. */
  readonly rightnowFailures: number;
  /** Deliveries into mailboxes. */
  readonly delivered: number;
  /** The last reason, as Cyrus words it; empty when there is none. */
  readonly lastReason: string;
}

/**
 * Source: journal of Cyrus 3.10, `identifier[pid]: message`; fixtures journal-peer-down.txt, journal-peer-frozen.txt.
 */
export function readSyncLogLines(lines: readonly string[]): SyncLogNews {
  let rightnowFailures = 0;
  let delivered = 0;
  let lastReason = '';
  for (const line of lines) {
    const failure = /: SYNCERROR sync_rightnow:?\s*(.*)$/.exec(line);
    if (failure !== null) {
      rightnowFailures++;
      lastReason = failure[1] ?? '';
    } else if (/: Delivered: /.test(line)) delivered++;
  }
  return { rightnowFailures, delivered, lastReason };
}
