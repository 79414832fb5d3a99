/**
 * The fleet file: YAML that people write and comment, checked before use.
 *
 * A bad file never replaces a good one: `parseFleetFile` throws with line,
 * column and what was expected, and the caller keeps what it had. Edits go
 * through the YAML document, so comments and order stay.
 */
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Cluster, Fleet, NodeEntry } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import { roleIds } from '../../common/roles/role-id.ts';
import { type FleetFileShape, fleetFileSchema } from './fleet-file-schema.ts';

/**
 * The text of a fleet file as a Fleet.
 *
 * Throws: OpsError 'bad-input' with a message like
 * `fleet.yaml:12:7: clusters.mx.role: expected one of edge, mx, store`.
 */
export function parseFleetFile(text: string, name = 'the fleet file'): Fleet {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = document.errors[0];
  if (syntax) {
    const at = lines.linePos(syntax.pos[0]);
    throw bad(`${name}:${at.line}:${at.col}: ${syntax.message}`);
  }
  const checked = fleetFileSchema.safeParse(plain(document, name) ?? {});
  if (!checked.success) {
    const issue = mostTelling(checked.error.issues);
    throw bad(`${name}:${position(document, lines, issue.path)}: ${explain(issue)}`);
  }
  const mistake = findMistake(checked.data);
  if (mistake) throw bad(`${name}:${position(document, lines, mistake.path)}: ${mistake.message}`);
  return toFleet(checked.data);
}

function bad(message: string): OpsError {
  return new OpsError('bad-input', message);
}

/** Aliases are resolved here, so that a stray or an exploding one is found here. */
function plain(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw bad(`${name}:1:1: ${(cause as Error).message}`);
  }
}

type Path = readonly PropertyKey[];

function mostTelling(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const first = issues[0];
  if (!first) throw new Error('a failed check without an issue');
  return first;
}

/** Line and column of the deepest place on the path that exists in the text. */
function position(document: Document, lines: LineCounter, path: Path): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const here = path.slice(0, depth);
    const node: unknown = depth === 0 ? document.contents : document.getIn(here as unknown[], true);
    if (isNode(node) && node.range) {
      const key = depth > 0 ? keyRange(document, here) : null;
      const at = lines.linePos(key ?? node.range[0]);
      return `${at.line}:${at.col}`;
    }
  }
  return '1:1';
}

function keyRange(document: Document, path: Path): number | null {
  const parent: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1) as unknown[], true);
  if (!isMap(parent)) return null;
  for (const pair of parent.items) {
    if (isNode(pair.key) && String(pair.key) === String(path.at(-1))) return pair.key.range?.[0] ?? null;
  }
  return null;
}

function explain(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  if (issue.code === 'unrecognized_keys') return `${where}does not know ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_value') return `${where}expected one of ${issue.values.map(String).join(', ')}`;
  return `${where}${issue.message.replace(/^Invalid input: /, '')}`;
}

/** What a schema cannot say: names that point nowhere, things that exist twice. */
function findMistake(file: FleetFileShape): { path: Path; message: string } | null {
  const nodes = new Set(Object.keys(file.nodes));
  const byAddress = new Map<string, string>();
  for (const [id, node] of Object.entries(file.nodes)) {
    const endpoint = `${node.address}:${node.port}`;
    const twin = byAddress.get(endpoint);
    if (twin)
      return {
        path: ['nodes', id, 'address'],
        message: `${id} has the same address as ${twin} (${endpoint})`,
      };
    byAddress.set(endpoint, id);
  }
  for (const [id, cluster] of Object.entries(file.clusters)) {
    const stray = cluster.nodes.findIndex((node) => !nodes.has(node));
    if (stray >= 0) {
      return {
        path: ['clusters', id, 'nodes', stray],
        message: `clusters.${id} names the node ${cluster.nodes[stray]}, which is not under nodes`,
      };
    }
    const twice = cluster.nodes.findIndex((node, at) => cluster.nodes.indexOf(node) !== at);
    if (twice >= 0)
      return { path: ['clusters', id, 'nodes', twice], message: `${cluster.nodes[twice]} is listed twice` };
    if (cluster.role === 'edge' && !cluster.vip) {
      return {
        path: ['clusters', id],
        message: `clusters.${id}: an edge cluster needs vip, the address users connect to`,
      };
    }
    if (cluster.active && !cluster.nodes.includes(cluster.active)) {
      return {
        path: ['clusters', id, 'active'],
        message: `${cluster.active} is not one of the nodes of ${id}`,
      };
    }
    if (cluster.role === 'store' && cluster.nodes.length > 2) {
      return {
        path: ['clusters', id, 'nodes'],
        message: `a store cluster is a pair; ${id} lists ${cluster.nodes.length} nodes`,
      };
    }
  }
  for (const [address, store] of Object.entries(file.mail.mailboxes)) {
    if (file.clusters[store]?.role !== 'store') {
      return {
        path: ['mail', 'mailboxes', address],
        message: `${address} lives in ${store}, which is no store cluster`,
      };
    }
    const domain = address.slice(address.lastIndexOf('@') + 1);
    if (!file.mail.domains.includes(domain)) {
      return { path: ['mail', 'mailboxes', address], message: `${domain} is not under mail.domains` };
    }
  }
  return null;
}

function toFleet(file: FleetFileShape): Fleet {
  const nodes: NodeEntry[] = Object.entries(file.nodes).map(([id, node]) => ({
    id,
    address: node.address,
    port: node.port,
    user: node.user ?? null,
    failureDomain: node.failureDomain ?? null,
    jump: node.jump ?? null,
    maintenance: node.maintenance ?? null,
  }));
  const clusters: Cluster[] = Object.entries(file.clusters).map(([id, cluster]) => ({
    id,
    role: cluster.role,
    nodes: cluster.nodes,
    vip: cluster.vip ?? null,
    active: cluster.active ?? (cluster.role === 'store' ? (cluster.nodes[0] ?? null) : null),
    messagesPerSecondPerNode: cluster.messagesPerSecondPerNode ?? null,
  }));
  return {
    name: file.name,
    clusters: clusters.sort((a, b) => roleIds.indexOf(a.role) - roleIds.indexOf(b.role)),
    nodes,
    mail: {
      domains: file.mail.domains,
      mailboxes: Object.entries(file.mail.mailboxes).map(([address, store]) => ({ address, store })),
    },
    ssh: {
      user: file.ssh.user ?? null,
      identityFile: file.ssh.identityFile ?? null,
      knownHostsFile: file.ssh.knownHosts ?? null,
    },
  };
}
