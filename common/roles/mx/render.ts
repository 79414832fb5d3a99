/** Values for the mx's templates, from the fleet file alone: who is known, and which store takes their mail now. */
import {
  type Cluster,
  clusterOf,
  clustersOfRole,
  type Fleet,
  type NodeId,
  nodeOf,
} from '../../model/fleet.ts';
import { ipv4Of } from '../edge/render.ts';
import { probeMailbox } from '../store/address.ts';

export function mxValues(fleet: Fleet, nodeId: NodeId): Readonly<Record<string, string>> {
  const [domain] = fleet.mail.domains;
  const placed = placedMailboxes(fleet);
  return {
    hostname: nodeId.includes('.') || domain === undefined ? nodeId : `${nodeId}.${domain}`,
    address: ipv4Of(fleet, nodeId),
    domains: fleet.mail.domains.map((name) => `${name} ok`).join('\n'),
    recipients: placed.map(({ address }) => `${address} ok`).join('\n'),
    transport: placed
      .map(({ address, host }) =>
        host === null
          ? `${address} retry:4.3.0 its store has no server yet`
          : `${address} lmtp:inet:[${host}]:24`,
      )
      .join('\n'),
    logFilter: logFilter(fleet),
  };
}

/** Every mailbox; `host` is null while its store has no server, and mail for it is asked to come again. */
function placedMailboxes(fleet: Fleet): readonly { address: string; host: string | null }[] {
  const stores = clustersOfRole(fleet, 'store');
  const probe = probeMailbox(fleet);
  const [first] = stores;
  const all = [
    ...(probe !== null && first ? [{ address: probe, store: first.id }] : []),
    ...fleet.mail.mailboxes.filter((mailbox) => mailbox.address !== probe),
  ];
  return all.map(({ address, store }) => ({
    address,
    host: activeAddress(fleet, clusterOf(fleet, store)),
  }));
}

function activeAddress(fleet: Fleet, store: Cluster | null): string | null {
  const active = activeStore(store);
  return active === null ? null : ipv4Of(fleet, active);
}

/** The side of a pair that takes mail now. */
export function activeStore(store: Cluster | null): NodeId | null {
  return store?.active ?? store?.nodes[0] ?? null;
}

/** The edges' checks of port 10025 come from their own addresses; senders come from theirs, through port 26. */
function logFilter(fleet: Fleet): string {
  const edges = clustersOfRole(fleet, 'edge')
    .flatMap((cluster) => cluster.nodes)
    .map((id) => nodeOf(fleet, id)?.address ?? '')
    .filter((address) => /^[0-9.]+$/.test(address))
    .map((address) => address.replaceAll('.', '\\.'));
  return edges.length === 0
    ? '# no edge yet'
    : `LogFilterPatterns=~^(dis)?connect from [^ ]*\\[(${edges.join('|')})\\]`;
}
