/** Values for the store's templates, from the fleet file and the fleet's secrets. */
import { type Cluster, type Fleet, type NodeId, nodeOf } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import { activeOf, peerOf } from './pair.ts';
import type { StoreFile } from './store-file.ts';

const syncPort = 2005;

/** `address:port` of a side's sync_server as the other side's HAProxy is told; null without a side. Throws: OpsError 'bad-input' for a name. */
export function peerAddress(fleet: Fleet, peer: NodeId | null): string | null {
  if (peer === null) return null;
  const address = nodeOf(fleet, peer)?.address ?? '';
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    throw new OpsError(
      'bad-input',
      `The address of ${peer} is “${address}”; where mail passes between servers, the fleet file must give an IPv4 address, not a name.`,
    );
  }
  return `${address}:${syncPort}`;
}

/** Throws: OpsError 'bad-input' for what the fleet file says of the pair, 'internal' for a secret that is lacking. */
export function storeValues(
  fleet: Fleet,
  cluster: Cluster,
  nodeId: NodeId,
  secrets: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  if (cluster.nodes.filter((id) => id !== nodeId).length > 1) {
    throw new OpsError(
      'bad-input',
      `A store cluster is a pair; ${cluster.id} would have more than two sides.`,
    );
  }
  const peer = peerOf(cluster, nodeId);
  const to = peerAddress(fleet, peer);
  const replicationPassword = secrets.get('cyrus-repl');
  if (replicationPassword === undefined)
    throw new OpsError('internal', 'The fleet secret cyrus-repl is lacking.');
  const file: StoreFile = {
    node: nodeId,
    cluster: cluster.id,
    side: activeOf(cluster) === nodeId ? 'active' : 'replica',
    peer,
  };
  return {
    nodeName: nodeId,
    replicationPassword,
    peerServer:
      to === null
        ? '# The pair has no other side yet: connects are closed at once.'
        : `server peer ${to} check inter 400ms fall 2 rise 4 on-marked-down shutdown-sessions`,
    storeFacts: JSON.stringify(file),
  };
}
