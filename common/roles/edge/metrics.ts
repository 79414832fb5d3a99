/** Every number an edge is measured by, declared once. Names as in HAProxy's own Prometheus exporter. */
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

export const edgeMetrics: readonly MetricSpec[] = [
  gauge('haproxy_process_current_connections', 'connections', 'Connections', 'Client connections open now.'),
  gauge(
    'haproxy_process_max_connections',
    'connections',
    'Connections, limit',
    'More than this wait outside.',
  ),
  gauge('haproxy_process_uptime_seconds', 'seconds', 'HAProxy up', 'How long this HAProxy worker runs.'),
  gauge(
    'haproxy_process_idle_ratio',
    'ratio',
    'HAProxy idle',
    'Share of time its threads had nothing to do; near 0 it is the bottleneck.',
  ),
  gauge('haproxy_frontend_current_sessions', 'sessions', 'Sessions', 'Sessions of a service open now.'),
  counter(
    'haproxy_frontend_connections_total',
    'connections',
    'New connections',
    'Connections that clients opened to a service.',
  ),
  counter('haproxy_frontend_bytes_in_total', 'bytes', 'Bytes in', 'Bytes from clients.'),
  counter('haproxy_frontend_bytes_out_total', 'bytes', 'Bytes out', 'Bytes to clients.'),
  counter(
    'haproxy_frontend_denied_connections_total',
    'connections',
    'Denied connections',
    'Connections that a rule refused.',
  ),
  gauge(
    'haproxy_backend_current_queue',
    'connections',
    'Waiting for a server',
    'Connections that no server could take yet.',
  ),
  gauge(
    'haproxy_backend_active_servers',
    'servers',
    'Usable servers',
    'Servers that take new work now; 0 means the service is down.',
  ),
  counter(
    'haproxy_backend_connection_errors_total',
    'errors',
    'Connect errors',
    'Connections to servers that failed.',
  ),
  counter(
    'haproxy_backend_redispatch_warnings_total',
    'connections',
    'Sent elsewhere',
    'Connections that went to another server because the first did not answer: clients noticed nothing.',
  ),
  gauge('haproxy_server_up', 'ratio', 'Server up', '1 when the health check of a server passes.'),
  gauge('haproxy_server_current_sessions', 'sessions', 'Sessions on server', 'Sessions open to a server.'),
  counter(
    'haproxy_server_sessions_total',
    'sessions',
    'Sessions to server',
    'Sessions given to a server; shows how the load is shared.',
  ),
  gauge('haproxy_server_weight', 'ratio', 'Weight', 'Share of the new work a server is given, 0 to 256.'),
  counter(
    'haproxy_server_check_failures_total',
    'checks',
    'Failed checks',
    'Health checks of a server that failed.',
  ),
  counter('haproxy_server_downtime_seconds_total', 'seconds', 'Server down', 'How long a server was down.'),
  gauge(
    'haproxy_server_check_duration_seconds',
    'seconds',
    'Check time',
    'How long the last health check of a server took.',
  ),
  gauge(
    'haproxy_server_connect_time_average_seconds',
    'seconds',
    'Connect time',
    'Average over the last 1024 connections to a server.',
  ),
  gauge('keepalived_vip_held', 'ratio', 'Holds the VIP', '1 on the one edge that users reach.'),
  gauge(
    'keepalived_vrrp_priority',
    'priority',
    'VRRP priority',
    'Who takes the VIP when several could; drops to 0 in FAULT.',
  ),
  counter(
    'keepalived_vrrp_transitions_total',
    'transitions',
    'VRRP transitions',
    'How often this edge changed between BACKUP, MASTER and FAULT; a pair that keeps changing is flapping.',
  ),
];
