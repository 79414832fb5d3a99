import type { StoreFacts } from './facts.ts';

export interface PeerLink {
  readonly state: StoreFacts['link'];
  /** Replication connections that are open. */
  readonly sessions: number | null;
  /** HAProxy's own word for it, e.g. 'L4TOUT' or 'L7OK'. */
  readonly check: string;
}

/**
 * The state of the way to the other side, from `show stat` of the local HAProxy.
 *
 * Source: HAProxy 3.0; fixtures haproxy-peer-up.csv, haproxy-peer-down.csv, haproxy-peer-maint.csv.
 */
export function parsePeerLink(csv: string): PeerLink {
  const rows = csv.split('\n').map((row) => row.split(','));
  const header = rows[0]?.map((name) => name.replace(/^# /, '')) ?? [];
  const column = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? '';
  const peer = rows.find((row) => row[0] === 'peersync' && row[1] === 'peer');
  if (peer === undefined) {
    // The listener without a server: a pair with one side. Neither: not our HAProxy.
    const listens = rows.some((row) => row[0] === 'peersync');
    return { state: listens ? 'none' : 'unknown', sessions: null, check: '' };
  }
  const status = column(peer, 'status');
  const sessions = Number.parseInt(column(peer, 'scur'), 10);
  return {
    state: linkState(status),
    sessions: Number.isNaN(sessions) ? null : sessions,
    check: column(peer, 'check_status').replace(/^\* /, ''),
  };
}

function linkState(status: string): PeerLink['state'] {
  // `UP 1/2` is going down, `DOWN 1/4` is coming up: what counts is what connects get now.
  if (status.startsWith('UP')) return 'up';
  if (status.startsWith('DOWN')) return 'down';
  if (status.startsWith('MAINT') || status.startsWith('DRAIN')) return 'held';
  return 'unknown';
}
