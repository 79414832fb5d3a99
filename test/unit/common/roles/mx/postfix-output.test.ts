import { describe, expect, it } from 'vitest';
import { MailLog } from '../../../../../common/roles/mx/mail-log.ts';
import { mxMetrics } from '../../../../../common/roles/mx/metrics.ts';
import { mxSamples } from '../../../../../common/roles/mx/probe.ts';
import { arrivalOf, isLongQueueId } from '../../../../../common/roles/mx/queue-id.ts';
import { parseRspamdStat } from '../../../../../common/roles/mx/rspamd-stat.ts';
import { parseShowq } from '../../../../../common/roles/mx/showq.ts';
import { captured } from '../captured.ts';

interface PostqueueLine {
  queue_name: string;
  queue_id: string;
  arrival_time: number;
  message_size: number;
  recipients: unknown[];
}

const stream = captured('postfix/debian-13/showq-deferred-hold.bin');

describe('the stream of Postfix 3.10’s showq', () => {
  it('tells the same as postqueue -j did at that moment', () => {
    const byId = <T extends { id: string }>(all: readonly T[]): T[] =>
      [...all].sort((a, b) => a.id.localeCompare(b.id));
    const told = captured('postfix/debian-13/postqueue-j.json')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as PostqueueLine)
      .map((line) => ({
        queue: line.queue_name,
        id: line.queue_id,
        arrivedAtMs: line.arrival_time * 1000,
        sizeBytes: line.message_size,
        recipients: line.recipients.length,
      }));
    expect(told.length).toBe(4);
    expect(byId(parseShowq(stream) ?? [])).toEqual(byId(told));
  });

  it('gives the whole messages before a cut', () => {
    expect(parseShowq(stream.slice(0, 400))).toHaveLength(1);
  });

  it('keeps an empty sender apart from the end of a message', () => {
    const bounce =
      'protocol\0mail_queue_list_protocol\0\0queue_name\0active\0queue_id\0ABC123\0time\x005\0size\x009\0sender\0\0recipient\0a@b\0reason\0\0\0\0';
    expect(parseShowq(bounce)).toEqual([
      { queue: 'active', id: 'ABC123', arrivedAtMs: 5000, sizeBytes: 9, recipients: 1 },
    ]);
  });

  it.each(['', 'HTTP/1.1 400 Bad Request\r\n', 'protocol\0other\0\0'])('is not known from %j', (text) => {
    expect(parseShowq(text)).toBeNull();
  });
});

describe('a long queue ID', () => {
  it('tells when the message arrived, as Postfix itself says', () => {
    for (const message of parseShowq(stream) ?? []) expect(arrivalOf(message.id)).toBe(message.arrivedAtMs);
  });

  it('is told from a short one', () => {
    expect(isLongQueueId('4jYH7m6pjBzK8mg')).toBe(true);
    expect(isLongQueueId('3F2A91C04D')).toBe(false);
    expect(arrivalOf('3F2A91C04D')).toBeNull();
  });
});

describe('the log of Postfix 3.10', () => {
  const lines = captured('postfix/debian-13/mail.log').split('\n');
  const log = new MailLog();
  for (const line of lines) log.add(line, 1000);
  const count = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;

  it('counts what was received, delivered, deferred and refused', () => {
    expect(log.received).toBe(count(/^postfix\/cleanup.*message-id=/));
    expect(log.received).toBeGreaterThan(2);
    expect(log.deliveries.sent).toBe(count(/status=sent/));
    expect(log.deliveries.deferred).toBe(count(/status=deferred/));
    expect(log.deliveries.deferred).toBeGreaterThan(10);
    expect(log.rejectedForNow).toBe(1);
    expect(log.rejectedForGood).toBe(1);
  });

  it('counts senders and not the health checks', () => {
    expect(log.connections).toBe(count(/^postfix\/smtpd\[\d+\]: connect from/));
    expect(count(/^postfix\/direct\/smtpd\[\d+\]: connect from/)).toBeGreaterThan(0);
    expect(log.sessions).toBe(0);
  });

  it('sees the milter failing open', () => {
    expect(log.milterFailures).toBeGreaterThan(0);
    expect(log.lastMilterFailureMs).toBe(1000);
  });

  it('knows the delays of the last minute only', () => {
    expect(log.delays(2000).length).toBe(log.deliveries.sent);
    expect(log.delays(62_000)).toEqual([]);
  });

  it('counts a sender whose end was lost once more only until that process speaks again', () => {
    const other = new MailLog();
    other.add('postfix/smtpd[7]: connect from a[192.0.2.1]', 0);
    other.add('postfix/smtpd[7]: connect from b[192.0.2.2]', 0);
    expect(other.sessions).toBe(1);
    other.add('postfix/smtpd[7]: disconnect from b[192.0.2.2] quit=1 commands=1', 0);
    expect(other.sessions).toBe(0);
  });
});

describe('samples of an mx', () => {
  it('are declared, each of them, from real output', () => {
    const log = new MailLog();
    for (const line of captured('postfix/debian-13/mail.log').split('\n')) log.add(line, 1_795_464_590_000);
    const rspamd = parseRspamdStat(captured('rspamd/debian-13/stat.json'));
    expect(rspamd?.scanned).toBe(8);
    const samples = mxSamples({ log, queue: parseShowq(stream), scanMs: 12, rspamd }, 1_795_464_600_000);
    const families = new Set(Object.keys(samples).map((name) => name.replace(/\{.*/, '')));
    const declared = mxMetrics.map((metric) => metric.name);
    expect([...families].sort()).toEqual([...declared].sort());
    expect(samples['postfix_queue_messages{queue="deferred"}']).toBe(3);
    expect(samples['postfix_queue_messages{queue="hold"}']).toBe(1);
    // The oldest that is to be delivered; the held one does not count.
    expect(samples['postfix_queue_oldest_age_seconds']).toBe(84);
  });

  it('are absent, not 0, when the queue or rspamd cannot be seen', () => {
    const samples = mxSamples({ log: new MailLog(), queue: null, scanMs: 0, rspamd: null }, 0);
    expect(
      Object.keys(samples).filter((name) => /queue|rspamd/.test(name) && !/delivery_stage/.test(name)),
    ).toEqual([]);
  });
});
