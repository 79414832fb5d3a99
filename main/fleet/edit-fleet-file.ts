/** Edits of the fleet file's text; comments and order stay, and the result is checked before it is handed out. */
import { type Document, isMap, isSeq, parseDocument, YAMLSeq } from 'yaml';
import { OpsError } from '../../common/model/ops-error.ts';
import type { RoleId } from '../../common/roles/role-id.ts';
import { parseFleetFile } from './fleet-file.ts';

export interface NewNode {
  readonly id: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string | null;
  readonly failureDomain?: string | null;
}

/** A fleet with nothing in it, to add the first server to. */
export function newFleetText(name: string): string {
  return [
    '# A Mailyard fleet: which servers there are, and what each is for.',
    'mailyard: 1',
    `name: ${name}`,
    'mail:',
    '  domains: []',
    '  mailboxes: {}',
    'clusters: {}',
    'nodes: {}',
    '',
  ].join('\n');
}

export function addNodeToFleetFile(text: string, clusterId: string, node: NewNode): string {
  return edit(text, (document) => {
    if (!document.hasIn(['clusters', clusterId])) {
      throw new OpsError('bad-input', `The fleet file has no cluster ${clusterId}.`);
    }
    const entry: Record<string, unknown> = { address: node.address };
    if (node.port !== undefined && node.port !== 22) entry.port = node.port;
    if (node.user) entry.user = node.user;
    if (node.failureDomain) entry.failureDomain = node.failureDomain;
    if (!document.hasIn(['nodes', node.id])) {
      const value = document.createNode(entry);
      if (isMap(value)) value.flow = true;
      openFlow(document, ['nodes']);
      document.setIn(['nodes', node.id], value);
    }
    const members: unknown = document.getIn(['clusters', clusterId, 'nodes']);
    if (!isSeq(members)) {
      const list = new YAMLSeq();
      list.flow = true;
      list.add(node.id);
      document.setIn(['clusters', clusterId, 'nodes'], list);
    } else if (!members.toJSON().includes(node.id)) {
      members.add(document.createNode(node.id));
    }
  });
}

export function removeNodeFromFleetFile(text: string, nodeId: string): string {
  return edit(text, (document) => {
    const clusters: unknown = document.get('clusters');
    if (isMap(clusters)) {
      for (const pair of clusters.items) {
        const path = ['clusters', String(pair.key), 'nodes'];
        const members: unknown = document.getIn(path);
        if (!isSeq(members)) continue;
        const at = (members.toJSON() as unknown[]).indexOf(nodeId);
        if (at >= 0) members.delete(at);
      }
    }
    document.deleteIn(['nodes', nodeId]);
  });
}

export function addClusterToFleetFile(
  text: string,
  cluster: { id: string; role: RoleId; vip: string | null },
): string {
  return edit(text, (document) => {
    if (document.hasIn(['clusters', cluster.id])) {
      throw new OpsError('bad-input', `The fleet file has a cluster ${cluster.id} already.`);
    }
    openFlow(document, ['clusters']);
    document.setIn(
      ['clusters', cluster.id],
      document.createNode({ role: cluster.role, ...(cluster.vip ? { vip: cluster.vip } : {}), nodes: [] }),
    );
  });
}

/** `nodes: {}` must become a block when something is put in, or the file turns into one long line. */
function openFlow(document: Document, path: readonly string[]): void {
  const value: unknown = document.getIn(path);
  if (isMap(value)) value.flow = false;
  else document.setIn(path, document.createNode({}));
}

function edit(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) parseFleetFile(text); // throws with the place
  change(document);
  const edited = document.toString({ lineWidth: 110 });
  parseFleetFile(edited, 'the edited fleet file');
  return edited;
}
