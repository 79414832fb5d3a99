/** Values for the edge's templates, from the fleet file alone. */
import { type Cluster, clustersOfRole, type Fleet, type NodeId, nodeOf } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';

/** Every mx takes its turns in one backend of HAProxy; servers bear the names of their nodes. */
export const smtpBackend = 'smtp';

/** Weight of a server that takes its full share; a joining one begins below it. */
export const fullWeight = 100;

/**
 * Throws: OpsError 'bad-input' when an address is a name: keepalived and HAProxy
 * must not depend on name resolution at the moment when it matters.
 */
export function edgeValues(fleet: Fleet, cluster: Cluster, nodeId: NodeId): Readonly<Record<string, string>> {
  const { vip } = cluster;
  if (vip === null)
    throw new OpsError('bad-input', `The edge cluster ${cluster.id} has no vip in the fleet file.`);
  const address = ipv4Of(fleet, nodeId);
  const peers = cluster.nodes.filter((id) => id !== nodeId).map((id) => `    ${ipv4Of(fleet, id)}`);
  const place = Math.max(0, cluster.nodes.indexOf(nodeId));
  return {
    nodeId,
    address,
    addressPattern: address.replaceAll('.', '[.]'),
    vip,
    vipAddress: vip.split('/')[0] ?? vip,
    // Two pairs on one network must not hear each other.
    virtualRouterId: String(51 + clustersOfRole(fleet, 'edge').findIndex((one) => one.id === cluster.id)),
    // A new edge comes last in the list, so that nobody else's priority changes.
    priority: String(Math.max(1, 200 - 10 * place)),
    unicastPeers: peers.length > 0 ? `  unicast_peer {\n${peers.join('\n')}\n  }` : '',
    smtpServers: smtpServers(fleet).join('\n'),
    imapSections: imapSections(fleet, vip.split('/')[0] ?? vip),
  };
}

/** A node's address, which must be an IPv4 address. Throws: OpsError 'bad-input'. */
export function ipv4Of(fleet: Fleet, nodeId: NodeId): string {
  const address = nodeOf(fleet, nodeId)?.address ?? '';
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    throw new OpsError(
      'bad-input',
      `The address of ${nodeId} is “${address}”; where mail passes between servers, the fleet file must give an IPv4 address, not a name.`,
    );
  }
  return address;
}

function smtpServers(fleet: Fleet): readonly string[] {
  return clustersOfRole(fleet, 'mx')
    .flatMap((cluster) => cluster.nodes)
    .map(
      (id) =>
        `  server ${id} ${ipv4Of(fleet, id)}:26 weight ${fullWeight} check port 10025 send-proxy-v2 # joins-drained`,
    );
}

/** Until the IMAP proxies come: the first store cluster on 143, each further one on a port of its own. */
function imapSections(fleet: Fleet, vip: string): string {
  return clustersOfRole(fleet, 'store')
    .flatMap((cluster, at) => {
      const active = cluster.active ?? cluster.nodes[0];
      if (active === undefined) return [];
      const name = at === 0 ? 'imap' : `imap-${cluster.id}`;
      return [
        `
frontend ${name}
  bind ${vip}:${at === 0 ? 143 : 1143 + at} transparent
  timeout client 31m
  default_backend ${name}

backend ${name}
  timeout server 31m
  option tcp-check
  tcp-check connect
  tcp-check expect rstring ^\\*\\ OK
  server ${active} ${ipv4Of(fleet, active)}:143 check`,
      ];
    })
    .join('\n');
}
