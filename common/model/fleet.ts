import type { RoleId } from '../roles/role-id.ts';

/** A node's name in the fleet file; letters, digits, dot and dash. */
export type NodeId = string;
export type ClusterId = string;

/** How a node is reached. What is absent comes from the fleet's `ssh` block, then from `ssh -G`. */
export interface NodeEntry {
  readonly id: NodeId;
  readonly address: string;
  readonly port: number;
  readonly user: string | null;
  /** What fails together: a rack, a power feed. */
  readonly failureDomain: string | null;
  /** Node id or `user@host:port` of the bastion to go through. */
  readonly jump: string | null;
  /** Why people work on it now; its problems are muted and it counts as not serving. null: not in maintenance. */
  readonly maintenance: string | null;
}

export interface Cluster {
  readonly id: ClusterId;
  readonly role: RoleId;
  readonly nodes: readonly NodeId[];
  /** The address users connect to, in CIDR; edge clusters only. */
  readonly vip: string | null;
  /** store clusters only: which of the pair takes mail now. */
  readonly active: NodeId | null;
  /** What one node can carry; null where the file does not say. Unit: messages per second. */
  readonly messagesPerSecondPerNode: number | null;
}

/** Where mail for whom goes; a plain map until placement lives in the directory. */
export interface MailMap {
  readonly domains: readonly string[];
  readonly mailboxes: readonly { readonly address: string; readonly store: ClusterId }[];
}

export interface SshDefaults {
  readonly user: string | null;
  readonly identityFile: string | null;
  readonly knownHostsFile: string | null;
}

/** The fleet file, checked. Immutable: an edit makes a new one. */
export interface Fleet {
  readonly name: string;
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly NodeEntry[];
  readonly mail: MailMap;
  readonly ssh: SshDefaults;
}

export function clusterOf(fleet: Fleet, id: ClusterId): Cluster | null {
  return fleet.clusters.find((cluster) => cluster.id === id) ?? null;
}

export function nodeOf(fleet: Fleet, id: NodeId): NodeEntry | null {
  return fleet.nodes.find((node) => node.id === id) ?? null;
}

export function clustersOfNode(fleet: Fleet, id: NodeId): readonly Cluster[] {
  return fleet.clusters.filter((cluster) => cluster.nodes.includes(id));
}

export function clustersOfRole(fleet: Fleet, role: RoleId): readonly Cluster[] {
  return fleet.clusters.filter((cluster) => cluster.role === role);
}
