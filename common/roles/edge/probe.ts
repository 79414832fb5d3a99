/** Looks at HAProxy and keepalived as the unprivileged daemon: through the user-level socket and two files. */
import type { Samples } from '../../model/metric.ts';
import type { Finding, RoleReading } from '../../model/reading.ts';
import type { ProbeHost } from '../host.ts';
import { readIntent } from '../intent.ts';
import type { RoleProbe } from '../role.ts';
import { readServices, servingOf } from '../service-reading.ts';
import type { EdgeFacts } from './facts.ts';
import { edgeFindings } from './findings.ts';
import { holdFile, keepalivedConfig, statsSocket, vrrpStateFile } from './paths.ts';
import { edgeServices } from './services.ts';
import { parseShowInfo } from './show-info.ts';
import { parseShowStat, type StatLine } from './show-stat.ts';
import { parseKeepalivedConfig, parseVrrpState, type VrrpReading } from './vrrp-state.ts';

interface Snapshot {
  readonly atMs: number;
  /** null: HAProxy did not answer. */
  readonly stat: readonly StatLine[] | null;
  readonly info: ReadonlyMap<string, string>;
  readonly vip: EdgeFacts['vip'];
  readonly vrrp: VrrpReading | null;
  readonly released: boolean;
}

/** `sample` and `read` come in the same second; HAProxy is asked once for both. */
const shared = new WeakMap<ProbeHost, Promise<Snapshot>>();

async function snapshot(host: ProbeHost): Promise<Snapshot> {
  const kept = shared.get(host);
  if (kept && host.nowMs() - (await kept).atMs < 500) return kept;
  const fresh = look(host);
  shared.set(host, fresh);
  return fresh;
}

async function look(host: ProbeHost): Promise<Snapshot> {
  const atMs = host.nowMs();
  const [stat, info] = await Promise.all([ask(host, 'show stat\n'), ask(host, 'show info\n')]);
  const { vip } = parseKeepalivedConfig(await host.readFile(keepalivedConfig));
  return {
    atMs,
    stat: stat === null ? null : parseShowStat(stat),
    info: parseShowInfo(info ?? ''),
    vip: vip === null ? 'unknown' : host.addresses().includes(vip) ? 'held' : 'not-held',
    vrrp: parseVrrpState(await host.readFile(vrrpStateFile)),
    released: (await host.readFile(holdFile))?.trim() === '254',
  };
}

async function ask(host: ProbeHost, request: string): Promise<string | null> {
  try {
    return await host.askSocket(statsSocket, request, 1000);
  } catch {
    return null;
  }
}

export const edgeProbe: RoleProbe = {
  async sample(host) {
    const seen = await snapshot(host);
    return edgeSamples(seen.stat ?? [], seen.info, seen.vip, seen.vrrp);
  },
  async read(host): Promise<RoleReading> {
    const seen = await snapshot(host);
    const services = await readServices(host, edgeServices);
    const facts = edgeFacts(seen);
    const serving = servingOf(await readIntent(host, 'edge'), services, edgeServices);
    const findings: readonly Finding[] = edgeFindings(facts, serving);
    return { serving, services, findings, facts };
  },
};

function edgeFacts(seen: Snapshot): EdgeFacts {
  const lines = seen.stat ?? [];
  const backends = lines
    .filter((line) => line.kind === 'backend')
    .map((backend) => ({
      name: backend.proxy,
      usable: backend.number('act') ?? 0,
      servers: lines
        .filter((line) => line.kind === 'server' && line.proxy === backend.proxy)
        .map((server) => ({
          name: server.name,
          status: server.status,
          check: server.check,
          weight: server.number('weight') ?? 0,
        })),
    }));
  return {
    vip: seen.vip,
    vrrp: seen.vrrp?.state ?? 'unknown',
    released: seen.released,
    answers: seen.stat !== null,
    backends,
  };
}

/** Pure, so that captured output can be held against it. */
export function edgeSamples(
  stat: readonly StatLine[],
  info: ReadonlyMap<string, string>,
  vip: EdgeFacts['vip'],
  vrrp: VrrpReading | null,
): Samples {
  const samples: Record<string, number> = {};
  const put = (name: string, value: number | null, scale = 1): void => {
    if (value !== null) samples[name] = value * scale;
  };
  const fromInfo = (name: string): number | null => {
    const text = info.get(name);
    return text === undefined || text === '' || Number.isNaN(Number(text)) ? null : Number(text);
  };
  put('haproxy_process_current_connections', fromInfo('CurrConns'));
  put('haproxy_process_max_connections', fromInfo('Maxconn'));
  put('haproxy_process_uptime_seconds', fromInfo('Uptime_sec'));
  put('haproxy_process_idle_ratio', fromInfo('Idle_pct'), 0.01);
  for (const line of stat) {
    const proxy = `{proxy="${line.proxy}"}`;
    const server = `{proxy="${line.proxy}",server="${line.name}"}`;
    if (line.kind === 'frontend') {
      put(`haproxy_frontend_current_sessions${proxy}`, line.number('scur'));
      put(`haproxy_frontend_connections_total${proxy}`, line.number('conn_tot'));
      put(`haproxy_frontend_bytes_in_total${proxy}`, line.number('bin'));
      put(`haproxy_frontend_bytes_out_total${proxy}`, line.number('bout'));
      put(`haproxy_frontend_denied_connections_total${proxy}`, line.number('dcon'));
    } else if (line.kind === 'backend') {
      put(`haproxy_backend_current_queue${proxy}`, line.number('qcur'));
      put(`haproxy_backend_active_servers${proxy}`, line.number('act'));
      put(`haproxy_backend_connection_errors_total${proxy}`, line.number('econ'));
      put(`haproxy_backend_redispatch_warnings_total${proxy}`, line.number('wredis'));
    } else {
      put(`haproxy_server_up${server}`, line.status.startsWith('UP') || line.status === 'DRAIN' ? 1 : 0);
      put(`haproxy_server_current_sessions${server}`, line.number('scur'));
      put(`haproxy_server_sessions_total${server}`, line.number('stot'));
      put(`haproxy_server_weight${server}`, line.number('weight'));
      put(`haproxy_server_check_failures_total${server}`, line.number('chkfail'));
      put(`haproxy_server_downtime_seconds_total${server}`, line.number('downtime'));
      put(`haproxy_server_check_duration_seconds${server}`, line.number('check_duration'), 0.001);
      put(`haproxy_server_connect_time_average_seconds${server}`, line.number('ctime'), 0.001);
    }
  }
  if (vip !== 'unknown') put('keepalived_vip_held', vip === 'held' ? 1 : 0);
  if (vrrp) {
    put('keepalived_vrrp_priority', vrrp.priority);
    put('keepalived_vrrp_transitions_total', vrrp.transitions);
  }
  return samples;
}
