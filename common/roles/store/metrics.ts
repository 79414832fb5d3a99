/** Every number a store is measured by, declared once. Those named as Cyrus names them come from promstatsd, summed over services. */
import type { MetricSpec, Samples } from '../../model/metric.ts';

type Numbers = readonly (readonly [name: string, unit: string, label: string, meaning: string])[];

const gauges = (numbers: Numbers): readonly MetricSpec[] =>
  numbers.map(([name, unit, label, meaning]) => ({ name, type: 'gauge', unit, label, meaning }));
const counters = (numbers: Numbers): readonly MetricSpec[] =>
  numbers.map(([name, unit, label, meaning]) => ({ name, type: 'counter', unit, label, meaning }));

const reportMetrics: readonly MetricSpec[] = [
  ...counters([
    ['cyrus_lmtp_received_recipients_total', 'messages', 'Delivered', 'Copies delivered into mailboxes.'],
    [
      'cyrus_lmtp_received_messages_total',
      'messages',
      'Received',
      'Messages taken by LMTP, before they are copied to each recipient.',
    ],
    ['cyrus_lmtp_received_bytes_total', 'bytes', 'Received, bytes', 'Bytes of messages taken by LMTP.'],
    ['cyrus_lmtp_connections_total', 'connections', 'LMTP connections', 'Connections of mail exchangers.'],
    [
      'cyrus_lmtp_shutdown_total',
      'connections',
      'LMTP sessions ended',
      'LMTP sessions that ended, well or not.',
    ],
    ['cyrus_imap_connections_total', 'connections', 'IMAP connections', 'IMAP connections that were opened.'],
    ['cyrus_imap_authenticate_total', 'logins', 'IMAP logins', 'IMAP logins that were tried.'],
    [
      'cyrus_imap_append_total',
      'commands',
      'IMAP APPEND',
      'Messages that users put into their mailboxes, e.g. sent mail.',
    ],
    ['cyrus_imap_fetch_total', 'commands', 'IMAP FETCH', 'Reads of messages or of parts of them.'],
    ['cyrus_imap_store_total', 'commands', 'IMAP STORE', 'Changes of flags.'],
    [
      'cyrus_imap_search_total',
      'commands',
      'IMAP SEARCH',
      'Searches; without an index each reads a whole mailbox.',
    ],
    ['cyrus_imap_select_total', 'commands', 'IMAP SELECT', 'Mailboxes that were opened.'],
    ['cyrus_imap_idle_total', 'commands', 'IMAP IDLE', 'Times a client began to wait for new mail.'],
    ['cyrus_imap_expunge_total', 'commands', 'IMAP EXPUNGE', 'Times deleted messages were removed.'],
  ]),
  ...gauges([
    ['cyrus_lmtp_active_connections', 'connections', 'LMTP open', 'Mail exchangers connected now.'],
    [
      'cyrus_lmtp_ready_listeners',
      'processes',
      'LMTP ready',
      'Processes that wait for a delivery; near 0 deliveries wait.',
    ],
    ['cyrus_imap_active_connections', 'sessions', 'IMAP sessions', 'IMAP sessions open now.'],
    [
      'cyrus_imap_ready_listeners',
      'processes',
      'IMAP ready',
      'Processes that wait for a login; near 0 logins wait.',
    ],
    ['cyrus_usage_users', 'users', 'Users', 'Users who have a mailbox here.'],
    ['cyrus_usage_mailboxes', 'mailboxes', 'Mailboxes', 'Mailboxes and folders here.'],
    [
      'cyrus_usage_deleted_mailboxes',
      'mailboxes',
      'Mailboxes, deleted',
      'Deleted mailboxes that can still be brought back.',
    ],
    ['cyrus_usage_quota_commitment_bytes', 'bytes', 'Quota promised', 'Sum of the quotas promised to users.'],
  ]),
];

export const storeMetrics: readonly MetricSpec[] = [
  ...reportMetrics,
  ...gauges([
    ['cyrus_store_active', 'ratio', 'Active side', '1 on the side that takes mail, 0 on the replica.'],
    [
      'cyrus_sync_backlog_entries',
      'entries',
      'Replication backlog',
      'Changes in the sync log that were not yet struck off; a second or two of them is normal.',
    ],
    ['cyrus_sync_backlog_bytes', 'bytes', 'Replication backlog, bytes', 'Size of the sync log.'],
    [
      'cyrus_sync_waiting_seconds',
      'seconds',
      'Replica lag',
      'How long the oldest part of the sync log has been waiting for the other side.',
    ],
    [
      'cyrus_sync_link_up',
      'ratio',
      'Way to the other side',
      '1 when the other side greets within 0.4 s, else 0.',
    ],
    [
      'cyrus_sync_link_sessions',
      'connections',
      'Replication connections',
      'Replication connections to the other side that are open.',
    ],
  ]),
  ...counters([
    [
      'cyrus_sync_rightnow_failures_total',
      'changes',
      'Acknowledged without a copy',
      'Deliveries and changes that were acknowledged although the other side did not have them yet.',
    ],
  ]),
];

const fromReport = new Set(reportMetrics.map((metric) => metric.name));

/** Of a report's several hundred series, those that are declared. */
export function declaredOf(report: Samples): Samples {
  return Object.fromEntries(Object.entries(report).filter(([name]) => fromReport.has(name)));
}
