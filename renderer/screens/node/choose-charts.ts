import type { NodeDetail } from '../../../common/ipc/contract.ts';

export type ChartChoice = NodeDetail['metrics'][number];

const most = 12;

/** What tells most about a mail server, first match first; then whatever its roles declared, in their order. */
const telling: readonly RegExp[] = [
  /queue_messages.*active/,
  /queue_messages.*(deferred|incoming)/,
  /queue_oldest|oldest_age/,
  /(delivered|sent|received|messages)_total/,
  /sessions/,
  /connections/,
  /sync|replica|lag/,
  /deferred_total|bounced/,
  /cpu_(busy|usage)|cpu.*ratio/,
  /load1|load_1/,
  /memory_available|memory_used|memory/,
  /pressure|stall/,
  /disk.*(busy|io_time)|filesystem.*(free|avail|used)/,
  /network_receive|network.*rx/,
  /network_transmit|network.*tx/,
];

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
    for (const metric of metrics.filter(({ name }) => pattern.test(name)).slice(0, 2)) take(metric);
  for (const metric of metrics) take(metric);
  return chosen;
}
