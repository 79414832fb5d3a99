/** Every number an mx is measured by, declared once. */
import type { MetricSpec } from '../../model/metric.ts';

const gauge = (name: string, unit: string, label: string, meaning: string): MetricSpec => ({
  name,
  type: 'gauge',
  unit,
  label,
  meaning,
});
const counter = (name: string, unit: string, label: string, meaning: string): MetricSpec => ({
  name,
  type: 'counter',
  unit,
  label,
  meaning,
});

export const mxMetrics: readonly MetricSpec[] = [
  gauge('postfix_queue_messages', 'messages', 'Queue', 'Messages in a queue of Postfix now.'),
  gauge('postfix_queue_bytes', 'bytes', 'Queue size', 'Size of all queued messages.'),
  gauge(
    'postfix_queue_oldest_age_seconds',
    'seconds',
    'Oldest in queue',
    'Age of the oldest message that is to be delivered; held ones do not count.',
  ),
  gauge(
    'postfix_queue_scan_seconds',
    'seconds',
    'Queue look',
    'How long Postfix took to list its queue; long queues are looked at less often.',
  ),
  gauge('postfix_smtpd_sessions', 'sessions', 'SMTP sessions', 'Senders connected now, from the log.'),
  counter(
    'postfix_smtpd_connections_total',
    'connections',
    'SMTP connections',
    'Senders that connected; health checks do not count.',
  ),
  counter('postfix_messages_received_total', 'messages', 'Received', 'Messages taken into the queue.'),
  counter(
    'postfix_deliveries_total',
    'deliveries',
    'Deliveries',
    'Attempts to deliver by outcome: sent, deferred (tried again), bounced, expired.',
  ),
  counter(
    'postfix_smtpd_rejects_total',
    'recipients',
    'Rejected',
    'Recipients or messages refused while the sender waited; 4xx are tried again by the sender.',
  ),
  counter(
    'postfix_delivery_stage_seconds_total',
    'seconds',
    'Delivery time by stage',
    'Where delivered messages spent their time: before the queue, in it, connecting, transmitting.',
  ),
  gauge(
    'postfix_delivery_delay_seconds',
    'seconds',
    'Delivery delay',
    'From taking a message to the store having it, over the last minute.',
  ),
  counter(
    'postfix_milter_failures_total',
    'failures',
    'Scans failed',
    'Messages that rspamd did not look at; they are delivered without a spam check.',
  ),
  counter('rspamd_scanned_total', 'messages', 'Scanned', 'Messages that rspamd looked at.'),
  counter(
    'rspamd_actions_total',
    'messages',
    'Spam verdicts',
    'What rspamd said: no action, add header, greylist, soft reject, reject.',
  ),
  counter('rspamd_spam_total', 'messages', 'Spam', 'Messages that rspamd took for spam.'),
  counter('rspamd_ham_total', 'messages', 'Not spam', 'Messages that rspamd did not take for spam.'),
  counter('rspamd_learned_total', 'messages', 'Learned', 'Messages that Bayes was taught with.'),
  gauge('rspamd_connections', 'connections', 'rspamd connections', 'Connections to rspamd open now.'),
  gauge('rspamd_uptime_seconds', 'seconds', 'rspamd up', 'How long this rspamd runs.'),
  gauge(
    'rspamd_scan_time_average_seconds',
    'seconds',
    'Scan time',
    'Average of the last 31 scans; every sender waits that long.',
  ),
];
