import type { NodeDetail } from '../../../common/ipc/contract.ts';

export type ChartChoice = NodeDetail['metrics'][number];

const most = 12;

/** What tells most about a mail server, in this order; then whatever its roles declared, in theirs. */
const telling: readonly RegExp[] = [
  ...[/queue_messages.*active/, /queue_messages.*deferred/, /queue_oldest/, /messages_received_total/],
  ...[/smtpd_sessions/, /rspamd_scanned_total/, /deliver.*(sent|_total)/],
  ...[/frontend_connections_total/, /frontend_current_sessions/, /frontend_bytes_out_total/, /vip_held/],
  ...[/imap.*(sessions|connections)|sessions.*imap/, /lmtp/, /replica.*lag|sync.*(lag|backlog)/],
  ...[/^node_load1$/, /cpu_seconds_total.*user|cpu_busy/, /MemAvailable|memory_available/],
  ...[/disk_io_time|disk_busy/, /network_receive_bytes/, /network_transmit_bytes/],
  ...[/filesystem_avail|filesystem_free/, /pressure_io/, /pressure_cpu/],
];

/** What hardly ever moves is a fact of the machine, not a chart. */
const dull = /_size_bytes|files_free|cpu_cores|MemTotal|Swap|uptime|server_weight|node_load(5|15)$/;

/** 'Queue {queue="active"}' as a person says it: 'Queue, active'. */
export function chartTitle(label: string): string {
  return label.replace(/\s*\{([^}]*)\}/, (_whole, labels: string) => {
    const values = [...labels.matchAll(/="([^"]*)"/g)].map((match) => match[1]);
    return values.length > 0 ? `, ${values.join(', ')}` : '';
  });
}

/** A dozen charts at most, what the roles say before what every host has. */
export function chooseCharts(metrics: readonly ChartChoice[]): readonly ChartChoice[] {
  const chosen: ChartChoice[] = [];
  const take = (metric: ChartChoice): void => {
    if (chosen.length < most && !chosen.includes(metric)) chosen.push(metric);
  };
  for (const pattern of telling)
    for (const metric of metrics.filter(({ name }) => pattern.test(name)).slice(0, 1)) take(metric);
  for (const metric of metrics.filter(({ name }) => !dull.test(name))) take(metric);
  return chosen;
}
