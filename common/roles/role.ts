/**
 * A role is one folder: what a server needs to become it, what of it is
 * measured, how it is seen, what may be done to it. Capabilities are optional;
 * a screen shows a button only where one exists.
 */
import type { Cluster, Fleet, NodeId } from '../model/fleet.ts';
import type { MetricSpec, Samples } from '../model/metric.ts';
import type { Blocker } from '../model/problem.ts';
import type { Finding, RoleReading } from '../model/reading.ts';
import type { KeyNumber, NodeView } from '../model/views.ts';
import type { AnyVerb } from '../verbs/verb.ts';
import type { ProbeHost } from './host.ts';
import type { RoleId } from './role-id.ts';
import type { Step } from './step.ts';

export interface Requirements {
  /** Debian major version the role's configuration is written for. */
  readonly debian: number;
  readonly cpuCores: number;
  readonly memoryMiB: number;
  /** Free on / . Unit: MiB. */
  readonly diskMiB: number;
  /** TCP ports that must be free before we come. */
  readonly ports: readonly number[];
}

export interface RoleService {
  readonly unit: string;
  readonly title: string;
  /** Without it the role does not serve. */
  readonly essential: boolean;
}

/** A configuration file of the role: rendered by the console, checked and installed by the `config` verb, refused when not in this list. */
export interface RoleFile {
  readonly path: string;
  /** File under assets/roles/<role>/, with {{name}} places. */
  readonly template: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  /** Contains a secret: its content is never shown in a plan or diff. */
  readonly secret: boolean;
}

/** A program's own check of staged files; `{stage}` in an argument becomes the staging directory (which mirrors /). */
export interface RoleCheck {
  readonly argv: readonly string[];
}

/** What the probe returns each second: numbers and, when asked, the reading. */
export interface RoleProbe {
  /** Called at 1 Hz; throws nothing: what cannot be read is absent. */
  sample(host: ProbeHost): Promise<Samples>;
  /** Called at 1 Hz; cheap. Sent to the console when it changed. */
  read(host: ProbeHost): Promise<RoleReading>;
}

/** What pure decisions are made from: the file's truth and what is observed now. */
export interface Situation {
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly nodeId: NodeId;
  readonly nodes: ReadonlyMap<NodeId, NodeView>;
  readonly readings: ReadonlyMap<NodeId, RoleReading>;
  /** Latest samples by node, with their age. Counters are rates per second here; gauges are as read. */
  readonly samples: ReadonlyMap<NodeId, { readonly atMs: number; readonly values: Samples }>;
  readonly nowMs: number;
}

export interface DrainCapability {
  blockers(situation: Situation): readonly Blocker[];
  blastRadius(situation: Situation): readonly string[];
  drainSteps(situation: Situation): readonly Step[];
  undrainSteps(situation: Situation): readonly Step[];
}

/** Planned handover of the active part. Unplanned failover comes with fencing. */
export interface SwitchoverCapability {
  /** e.g. 'Move the entrance to edge2' */
  title(situation: Situation): string;
  blockers(situation: Situation): readonly Blocker[];
  blastRadius(situation: Situation): readonly string[];
  steps(situation: Situation): readonly Step[];
}

export interface ProvisionCapability {
  readonly packages: readonly string[];
  readonly files: readonly RoleFile[];
  readonly checks: readonly RoleCheck[];
  /** Names of fleet secrets the templates use; generated when absent. */
  readonly secrets: readonly string[];
  /** Values for the templates' {{places}}. */
  values(situation: Situation, secrets: ReadonlyMap<string, string>): Readonly<Record<string, string>>;
  /** After packages and configuration: start, self-test, join drained, prove with a message, ramp up. */
  joinSteps(situation: Situation): readonly Step[];
  /** Files of OTHER clusters' nodes that name this node and must be re-rendered (e.g. the edge's backends). */
  readonly alsoConfigures: readonly RoleId[];
  /** Units that are told to reload when files changed on a node that serves already; default none. */
  readonly reloads?: readonly string[];
}

export interface Role {
  readonly id: RoleId;
  readonly title: string;
  /** Fewest nodes for the role to be redundant. */
  readonly leastNodes: number;
  readonly requirements: Requirements;
  readonly services: readonly RoleService[];
  readonly metrics: readonly MetricSpec[];
  readonly probe: RoleProbe;
  /** Groups that the daemon must be in to look, e.g. postdrop for Postfix's showq; joined when the node gets the role. */
  readonly probeGroups?: readonly string[];
  readonly verbs: readonly AnyVerb[];
  /** The one or two numbers that matter, for card and row. Counters in `samples` are rates per second already. */
  keyNumbers(samples: Samples, atMs: number): readonly KeyNumber[];
  /** What this node holds alone, in words. */
  holds(reading: RoleReading, cluster: Cluster): readonly string[];
  /** What only several nodes together show, e.g. two holders of one VIP, or a healthy mx that no edge sends mail to. */
  crossFindings?(situation: Situation): readonly Finding[];
  /** Codes of findings after which the node still serves, but its cluster has no redundancy left. */
  readonly redundancyLostCodes?: readonly string[];
  readonly provision?: ProvisionCapability;
  readonly drain?: DrainCapability;
  readonly switchover?: SwitchoverCapability;
}
