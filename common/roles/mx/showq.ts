/**
 * The stream that Postfix's showq server writes to whoever connects: what
 * `postqueue` makes its output from, without the setgid program.
 *
 * Name and value pairs, each ended by NUL; an empty name ends a group. The
 * first group names the protocol, each further one is a message: queue_name,
 * queue_id, time, size, forced_expire, sender, then recipient and reason pairs.
 * A value may be empty (the sender of a bounce), a name never is.
 * Source: Postfix 3.10 (Debian 13); fixture showq-deferred-hold.bin.
 */
export interface QueuedMessage {
  /** 'incoming', 'active', 'deferred', 'hold' or 'maildrop'. */
  readonly queue: string;
  readonly id: string;
  readonly arrivedAtMs: number;
  readonly sizeBytes: number;
  readonly recipients: number;
}

/** null when it is not showq's stream; a stream that was cut off gives the whole messages before the cut. */
export function parseShowq(text: string): readonly QueuedMessage[] | null {
  const cells = text.split('\0');
  if (cells[0] !== 'protocol' || cells[1] !== 'mail_queue_list_protocol') return null;
  const messages: QueuedMessage[] = [];
  let at = 2;
  let group: [string, string][] = [];
  while (at < cells.length) {
    const name = cells[at++] ?? '';
    if (name !== '') {
      const value = cells[at++];
      if (value === undefined) break;
      group.push([name, value]);
      continue;
    }
    const message = messageOf(group);
    if (message) messages.push(message);
    group = [];
  }
  return messages;
}

function messageOf(group: readonly (readonly [string, string])[]): QueuedMessage | null {
  const value = (name: string): string | undefined => group.find(([key]) => key === name)?.[1];
  const queue = value('queue_name');
  const id = value('queue_id');
  if (queue === undefined || id === undefined) return null;
  return {
    queue,
    id,
    arrivedAtMs: Number(value('time') ?? 0) * 1000,
    sizeBytes: Number(value('size') ?? 0),
    recipients: group.filter(([key]) => key === 'recipient').length,
  };
}
