/**
 * Counts from Postfix's log, line by line as `identifier[pid]: message`.
 *
 * Only `postfix/smtpd` is counted for connections: the edge's health checks
 * come as `postfix/check/smtpd`. A session is an smtpd process between its
 * "connect from" and "disconnect from": one process serves one client at a
 * time, so a line that was lost is made good by the next one of that process.
 * Source: Postfix 3.10 (Debian 13); fixture postfix/debian-13/mail.log.
 */
export const mailLogIdentifiers: readonly string[] = [
  'postfix/smtpd',
  'postfix/direct/smtpd',
  'postfix/cleanup',
  'postfix/lmtp',
  'postfix/smtp',
  'postfix/error',
  'postfix/bounce',
  'postfix/master',
];

const outcomes = ['sent', 'deferred', 'bounced', 'expired'] as const;
const stages = ['before_queue', 'queue', 'connect', 'transmit'] as const;
/** Delays are looked at over the last minute. */
const windowMs = 60_000;

export class MailLog {
  received = 0;
  rejectedForNow = 0;
  rejectedForGood = 0;
  connections = 0;
  milterFailures = 0;
  lastMilterFailureMs: number | null = null;
  readonly deliveries: Record<(typeof outcomes)[number], number> = {
    sent: 0,
    deferred: 0,
    bounced: 0,
    expired: 0,
  };
  /** Seconds spent by delivered messages, summed. */
  readonly stageSeconds: Record<(typeof stages)[number], number> = {
    before_queue: 0,
    queue: 0,
    connect: 0,
    transmit: 0,
  };
  private readonly busy = new Set<string>();
  private recent: { atMs: number; seconds: number }[] = [];

  add(line: string, atMs: number): void {
    const found = /^([a-z/]+)\[(\d+)\]: (.*)$/.exec(line);
    if (!found) return;
    const [, identifier = '', pid = '', message = ''] = found;
    if (identifier === 'postfix/master') {
      if (/daemon started|terminating/.test(message)) this.busy.clear();
      return;
    }
    if (identifier === 'postfix/smtpd') this.session(pid, message);
    if (/^warning: (connect to Milter service|milter \S+: can't (read|write))/.test(message)) {
      this.milterFailures++;
      this.lastMilterFailureMs = atMs;
      return;
    }
    if (identifier === 'postfix/cleanup' && /^[0-9A-Za-z]+: message-id=/.test(message)) this.received++;
    const reject = /\breject: \S+ from [^:]*: ([45])\d\d /.exec(message);
    if (reject || /milter-reject: .*: ([45])\d\d|milter-reject: .*: ([45])\.\d\.\d/.test(message)) {
      const digit = reject?.[1] ?? /milter-reject: .*?: ([45])[.\d]/.exec(message)?.[1];
      if (digit === '4') this.rejectedForNow++;
      else this.rejectedForGood++;
      return;
    }
    this.delivery(message, atMs);
  }

  /** Sessions open now, as far as the log tells. */
  get sessions(): number {
    return this.busy.size;
  }

  /** Delays of deliveries in the last minute, ascending. Unit: seconds. */
  delays(nowMs: number): readonly number[] {
    this.recent = this.recent.filter((one) => nowMs - one.atMs < windowMs);
    return this.recent.map((one) => one.seconds).sort((a, b) => a - b);
  }

  private session(pid: string, message: string): void {
    if (message.startsWith('connect from ')) {
      this.connections++;
      this.busy.add(pid);
    } else if (message.startsWith('disconnect from ')) this.busy.delete(pid);
  }

  private delivery(message: string, atMs: number): void {
    const found =
      /^[0-9A-Za-z]+: to=<.*>, .*relay=.*, delay=([\d.]+), delays=([\d.]+)\/([\d.]+)\/([\d.]+)\/([\d.]+), .*status=(\w+)/.exec(
        message,
      );
    if (!found) return;
    const outcome = outcomes.find((known) => known === found[6]);
    if (outcome === undefined) return;
    this.deliveries[outcome]++;
    if (outcome !== 'sent') return;
    stages.forEach((stage, at) => {
      this.stageSeconds[stage] += Number(found[at + 2]);
    });
    this.recent.push({ atMs, seconds: Number(found[1]) });
    if (this.recent.length > 5000) this.recent.shift();
  }
}
