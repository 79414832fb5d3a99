import type { Role } from '../role.ts';
import { edgeDrain } from './drain.ts';
import { edgeServersVerb, edgeServerVerb, edgeSessionsVerb } from './edge-server.ts';
import { edgeVipVerb } from './edge-vip.ts';
import { readEdgeFacts } from './facts.ts';
import { edgeMetrics } from './metrics.ts';
import { edgeProbe } from './probe.ts';
import { edgeProvision } from './provision.ts';
import { edgeServices } from './services.ts';
import { edgeSwitchover } from './switchover.ts';

/** The entrance: HAProxy behind an address that moves between the edges (keepalived). */
export const edgeRole: Role = {
  id: 'edge',
  title: 'Edge',
  leastNodes: 2,
  requirements: { debian: 13, cpuCores: 1, memoryMiB: 256, diskMiB: 1024, ports: [] },
  services: edgeServices,
  metrics: edgeMetrics,
  probe: edgeProbe,
  verbs: [edgeServersVerb, edgeServerVerb, edgeSessionsVerb, edgeVipVerb],
  keyNumbers(samples, atMs) {
    const sum = (family: string): number | null => {
      const values = Object.entries(samples).filter(([name]) => name.startsWith(`${family}{`));
      return values.length === 0 ? null : values.reduce((total, [, value]) => total + value, 0);
    };
    return [
      { label: 'Connections', value: sum('haproxy_frontend_connections_total'), unit: 'conn/s', atMs },
      { label: 'Sessions', value: sum('haproxy_frontend_current_sessions'), unit: 'sessions', atMs },
    ];
  },
  holds(reading, cluster) {
    const facts = readEdgeFacts(reading.facts);
    return facts?.vip === 'held' ? [`VIP ${cluster.vip?.split('/')[0] ?? ''}`.trim()] : [];
  },
  provision: edgeProvision,
  drain: edgeDrain,
  switchover: edgeSwitchover,
};
