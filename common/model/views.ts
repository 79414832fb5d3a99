/**
 * What the screens and the CLI show: computed in main/fleet from facts,
 * immutable, sent whole when something changed (at most 10 Hz).
 */

import type { RoleId } from '../roles/role-id.ts';
import type { ClusterId, NodeId } from './fleet.ts';
import type { LinkStatus } from './link.ts';
import type { Blocker, Problem } from './problem.ts';
import type { ServiceReading } from './reading.ts';
import type { RunSummary } from './run.ts';

export const nodeStates = [
  'healthy',
  'degraded',
  'failing',
  'suspect',
  'unreachable',
  'draining',
  'drained',
  'joining',
  'maintenance',
  'unknown',
] as const;
export type NodeState = (typeof nodeStates)[number];

export type VerdictLevel = 'redundant' | 'at-risk' | 'failing' | 'unknown';

export interface Verdict {
  readonly level: VerdictLevel;
  /** "mx: redundant, tolerates 1 loss" */
  readonly words: string;
  /** How many more nodes may be lost; null when unknown. */
  readonly tolerates: number | null;
}

/** A number on a card or row. `atMs` is when it was measured: stale ones must look stale. */
export interface KeyNumber {
  readonly label: string;
  /** null = not known. */
  readonly value: number | null;
  readonly unit: string;
  readonly atMs: number | null;
}

export type ActionId = 'drain' | 'undrain' | 'switchover' | 'add-server' | 'provision';

/** What can be done to it now; with a blocker, why not. */
export interface ActionOffer {
  readonly action: ActionId;
  readonly clusterId: ClusterId;
  readonly label: string;
  readonly blocker: Blocker | null;
}

export interface NodeView {
  readonly id: NodeId;
  readonly address: string;
  readonly failureDomain: string | null;
  readonly clusterIds: readonly ClusterId[];
  readonly roles: readonly RoleId[];
  readonly state: NodeState;
  readonly sinceMs: number;
  /** One sentence of diagnosis. */
  readonly sentence: string;
  readonly link: LinkStatus;
  readonly agentVersion: string | null;
  readonly services: readonly ServiceReading[];
  /** What it holds alone, e.g. "VIP 10.0.0.100", "active side of store1". */
  readonly holds: readonly string[];
  readonly numbers: readonly KeyNumber[];
  readonly problems: readonly Problem[];
  readonly actions: readonly ActionOffer[];
  /** When this node last said anything. */
  readonly observedAtMs: number | null;
}

export interface ClusterView {
  readonly id: ClusterId;
  readonly role: RoleId;
  readonly title: string;
  readonly verdict: Verdict;
  readonly nodes: readonly NodeId[];
  /** The entrance: its address and who holds it. Two holders are shown, never hidden. */
  readonly vip: {
    readonly address: string;
    readonly holders: readonly NodeId[];
    readonly known: boolean;
  } | null;
  readonly numbers: readonly KeyNumber[];
  readonly actions: readonly ActionOffer[];
}

export interface FleetView {
  readonly atMs: number;
  readonly name: string;
  /** Path of the fleet file; null for the simulated fleet. */
  readonly file: string | null;
  readonly simulated: boolean;
  /** The file on disk is bad: line, column, what was expected. The last good one is in use. */
  readonly fileError: string | null;
  /** "Nothing needs you. Any one server may fail." */
  readonly sentence: string;
  readonly clusters: readonly ClusterView[];
  readonly nodes: readonly NodeView[];
  /** What is wrong first. */
  readonly problems: readonly Problem[];
  readonly runs: readonly RunSummary[];
  /** True when the console suspects itself (its own loop stalled, all links went at once). */
  readonly selfSuspect: string | null;
}
