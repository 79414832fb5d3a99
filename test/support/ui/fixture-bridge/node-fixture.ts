/** Invented readings of one server: metrics, log lines, facts. */
import type { Examination, NodeDetail } from '../../../../common/ipc/contract.ts';
import type { HostFacts } from '../../../../common/model/host-facts.ts';
import type { Series } from '../../../../common/model/metric.ts';
import type { FleetView } from '../../../../common/model/views.ts';

export const fingerprint = 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDDVTNi0rPUqBRXm1w';

const metric = (name: string, label: string, unit: string): NodeDetail['metrics'][number] => ({
  name,
  label,
  unit,
  meaning: `${label}, as the server reads it.`,
});

export const metricFixtures: NodeDetail['metrics'] = [
  metric('postfix_queue_messages{queue="active"}', 'Queue, active', 'messages'),
  metric('postfix_queue_messages{queue="deferred"}', 'Queue, deferred', 'messages'),
  metric('postfix_queue_oldest_seconds', 'Oldest in the queue', 'seconds'),
  metric('postfix_delivered_total', 'Delivered', 'messages/s'),
  metric('postfix_smtpd_sessions', 'SMTP sessions', 'sessions'),
  metric('postfix_rejected_total', 'Rejected', 'messages/s'),
  metric('rspamd_scan_seconds', 'Scan time', 'seconds'),
  metric('host_cpu_busy_ratio', 'CPU busy', 'ratio'),
  metric('host_load1', 'Load, 1 min', ''),
  metric('host_memory_available_bytes', 'Memory available', 'bytes'),
  metric('host_disk_busy_ratio', 'Disk busy', 'ratio'),
  metric('host_network_receive_bytes_total', 'Network in', 'bytes/s'),
  metric('host_network_transmit_bytes_total', 'Network out', 'bytes/s'),
  metric('host_filesystem_free_bytes{mount="/"}', 'Disk free, /', 'bytes'),
];

const scale: Readonly<Record<string, number>> = {
  bytes: 6e8,
  'bytes/s': 2.4e5,
  ratio: 0.22,
  seconds: 0.4,
  messages: 6,
  'messages/s': 3.4,
  sessions: 9,
  '': 0.6,
};

export function seriesFixture(
  name: string,
  unit: string,
  fromMs: number,
  toMs: number,
  seed: number,
): Series {
  const count = 140;
  const atMs = Array.from(
    { length: count },
    (_unused, index) => fromMs + ((toMs - fromMs) * (index + 1)) / count,
  );
  const size = scale[unit] ?? 1;
  const values = atMs.map((at, index) => {
    if (index > 52 && index < 58) return null;
    const noise = Math.abs(Math.sin(Math.round(at / 6400) * 12.9898 + seed * 78.233) * 43758.5453) % 1;
    const value =
      size * (1 + 0.3 * Math.sin(at / 140_000 + seed) + 0.35 * (noise - 0.5) + (noise > 0.97 ? 0.8 : 0));
    return unit === 'messages' || unit === 'sessions' ? Math.max(0, Math.round(value)) : Math.max(0, value);
  });
  return { metric: name, unit, atMs, values };
}

const hostFacts = (hostname: string): HostFacts => ({
  hostname,
  osId: 'debian',
  osVersion: '13',
  osTitle: 'Debian GNU/Linux 13 (trixie)',
  kernel: '6.12.48+deb13-amd64',
  architecture: 'x86_64',
  cpuCores: 4,
  memoryMiB: 7950,
  diskFreeMiB: 31_204,
  diskTotalMiB: 40_000,
  clockOffsetMs: 1.8,
  listeningPorts: [22, 25],
  uptimeSeconds: 12 * 86_400,
});

export function nodeDetailFixture(nodeId: string, view: FleetView | null, nowMs: number): NodeDetail {
  const node = view?.nodes.find((one) => one.id === nodeId);
  const clock = new Date(nowMs).toISOString().slice(11, 19);
  return {
    nodeId,
    facts: hostFacts(nodeId),
    factsError: null,
    services: (node?.services ?? []).map(({ unit }) => ({
      unit,
      title: unit.replace('.service', ''),
      lastLines: [
        `${clock} ${unit.split('.')[0]}[812]: 4dHq2c1zZz: from=<ada@example.org>, size=2214, nrcpt=1 (queue active)`,
        `${clock} ${unit.split('.')[0]}[812]: 4dHq2c1zZz: to=<grace@example.net>, relay=10.77.0.15[10.77.0.15]:24, delay=0.21, status=sent`,
        `${clock} ${unit.split('.')[0]}[812]: 4dHq2c1zZz: removed`,
      ],
    })),
    metrics: metricFixtures,
  };
}

export function examinationFixture(): Examination {
  return {
    facts: { ...hostFacts('debian'), listeningPorts: [22] },
    checks: [
      { code: 'release', title: 'Debian release', state: 'ok', detail: 'Debian 13, needs 13', mend: '' },
      { code: 'cores', title: 'Cores', state: 'ok', detail: '4 cores, needs 1', mend: '' },
      { code: 'memory', title: 'Memory', state: 'ok', detail: '7.8 GiB, needs 1 GiB', mend: '' },
      { code: 'disk', title: 'Disk', state: 'ok', detail: '30 GiB free on /, needs 4 GiB', mend: '' },
      { code: 'clock', title: 'Clock', state: 'ok', detail: '1.8 ms from ours', mend: '' },
      { code: 'ports', title: 'Ports', state: 'ok', detail: '25 is free', mend: '' },
      {
        code: 'name',
        title: 'Name',
        state: 'warning',
        detail: 'It calls itself “debian”, the fleet will call it mx4.',
        mend: 'It is renamed in the first step.',
      },
    ],
  };
}
