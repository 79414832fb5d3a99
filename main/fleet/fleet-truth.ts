/**
 * The truth about one open fleet: the file's inventory, what each link last
 * said, and what follows from both. Facts come in through `on…`, pictures go
 * out through `view`, `situation` and `series`; deciding is done by the pure
 * functions beside this file.
 */
import {
  type Cluster,
  clusterOf,
  clustersOfNode,
  type Fleet,
  type NodeId,
} from '../../common/model/fleet.ts';
import type { LinkStatus } from '../../common/model/link.ts';
import type { MetricSpec, Samples, Series } from '../../common/model/metric.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { Finding, RoleReading } from '../../common/model/reading.ts';
import type { RunSummary } from '../../common/model/run.ts';
import type { ClusterView, FleetView, NodeView } from '../../common/model/views.ts';
import type { Role, Situation } from '../../common/roles/role.ts';
import type { RoleId } from '../../common/roles/role-id.ts';
import { clusterActions, nodeActions } from './action-offers.ts';
import { type EntranceView, judgeCluster } from './cluster-verdict.ts';
import { entranceOf } from './entrance.ts';
import { fleetSentence } from './fleet-sentence.ts';
import { counterTest, MetricHistory, metricFamily } from './metric-history.ts';
import { diagnoseNode } from './node-state.ts';
import { ProblemLog, problemsOfNode } from './problems.ts';

/** What the truth needs to know of the roles; the composition root hands it the registry. */
export interface FleetKnowledge {
  readonly roles: Readonly<Record<RoleId, Role>>;
  readonly hostMetrics: readonly MetricSpec[];
}

interface NodeRecord {
  link: LinkStatus;
  seen: boolean;
  agentVersion: string | null;
  readings: Readonly<Record<string, RoleReading>>;
  heardAtMs: number | null;
  state: NodeView['state'];
  stateSinceMs: number;
  readonly history: MetricHistory;
}

interface Gathered {
  readonly readings: ReadonlyMap<NodeId, RoleReading>;
  readonly samples: ReadonlyMap<NodeId, { readonly atMs: number; readonly values: Samples }>;
}

const idle: LinkStatus = {
  state: 'idle',
  sinceMs: 0,
  reason: '',
  problem: null,
  lastHeartbeatMs: null,
  retryAtMs: null,
};

export class FleetTruth {
  private current: Fleet;
  private readonly knowledge: FleetKnowledge;
  private readonly isCounter: (metric: string) => boolean;
  private readonly specs = new Map<string, MetricSpec>();
  private readonly records = new Map<NodeId, NodeRecord>();
  private readonly problemLog = new ProblemLog();
  private readonly gathered = new Map<RoleId, Gathered>();
  private selfSuspect: string | null = null;
  private fileError: string | null = null;

  constructor(fleet: Fleet, knowledge: FleetKnowledge) {
    this.current = fleet;
    this.knowledge = knowledge;
    const specs = [
      ...knowledge.hostMetrics,
      ...Object.values(knowledge.roles).flatMap((role) => role.metrics),
    ];
    for (const spec of specs) this.specs.set(metricFamily(spec.name), spec);
    this.isCounter = counterTest(specs);
  }

  get fleet(): Fleet {
    return this.current;
  }

  /** A new version of the file; what is known of nodes that stay is kept. */
  onFleet(fleet: Fleet): void {
    this.current = fleet;
    this.gathered.clear();
    const ids = new Set(fleet.nodes.map((node) => node.id));
    for (const id of this.records.keys()) if (!ids.has(id)) this.records.delete(id);
  }

  onFileError(message: string | null): void {
    this.fileError = message;
  }

  /** Our own loop stalled, the laptop slept, or every link went at once: null when trusted again. */
  onSelfSuspect(reason: string | null): void {
    this.selfSuspect = reason;
  }

  onLink(id: NodeId, link: LinkStatus): void {
    const record = this.change(id);
    record.link = link;
    if (link.state === 'live') record.seen = true;
    if (link.lastHeartbeatMs !== null) record.heardAtMs = link.lastHeartbeatMs;
  }

  onHello(id: NodeId, agentVersion: string): void {
    this.record(id).agentVersion = agentVersion;
  }

  onReadings(id: NodeId, readings: Readonly<Record<string, RoleReading>>, atMs: number): void {
    const record = this.change(id);
    record.readings = readings;
    record.heardAtMs = Math.max(record.heardAtMs ?? 0, atMs);
  }

  onSamples(id: NodeId, atMs: number, samples: Samples): void {
    this.change(id).history.append(atMs, samples);
  }

  /** Latest numbers of a node, counters as rates per second. */
  latest(id: NodeId): { readonly atMs: number; readonly values: Samples } | null {
    return this.records.get(id)?.history.latest() ?? null;
  }

  /** A role's last reading, only while the link is live: stale facts are not given. */
  liveReading(id: NodeId, role: string): RoleReading | null {
    const record = this.records.get(id);
    return record?.link.state === 'live' ? (record.readings[role] ?? null) : null;
  }

  metricsOf(id: NodeId): readonly { name: string; label: string; unit: string; meaning: string }[] {
    return (this.records.get(id)?.history.metrics() ?? []).map((name) => {
      const spec = this.specs.get(metricFamily(name));
      const labels = name.slice(metricFamily(name).length);
      return {
        name,
        label: (spec?.label ?? name) + (labels === '' ? '' : ` ${labels}`),
        unit: spec ? (spec.type === 'counter' ? `${spec.unit}/s` : spec.unit) : '',
        meaning: spec?.meaning ?? '',
      };
    });
  }

  series(id: NodeId, metrics: readonly string[], sinceMs: number, maxPoints: number): readonly Series[] {
    const history = this.records.get(id)?.history;
    const units = new Map(this.metricsOf(id).map((metric) => [metric.name, metric.unit]));
    return metrics.flatMap(
      (metric) => history?.series(metric, units.get(metric) ?? '', sinceMs, maxPoints) ?? [],
    );
  }

  /** What the pure decisions of a role are made from. Throws: OpsError 'bad-input' for an unknown cluster. */
  situation(clusterId: string, nodeId: NodeId, nowMs: number): Situation {
    const cluster = clusterOf(this.current, clusterId);
    if (!cluster) throw new OpsError('bad-input', `The fleet has no cluster ${clusterId}.`);
    const nodes = new Map(this.nodeViews(nowMs).map((node) => [node.id, node]));
    return this.situationWith(cluster, nodeId, nodes, nowMs);
  }

  view(
    nowMs: number,
    runs: readonly RunSummary[],
    about: { file: string | null; simulated: boolean },
  ): FleetView {
    const bare = this.nodeViews(nowMs);
    const byId = new Map(bare.map((node) => [node.id, node]));
    const clusters = this.current.clusters.map((cluster) => this.clusterView(cluster, byId, runs, nowMs));
    const nodes = bare.map((node) => ({
      ...node,
      actions: clustersOfNode(this.current, node.id).flatMap((cluster) =>
        nodeActions(
          this.knowledge.roles[cluster.role],
          this.situationWith(cluster, node.id, byId, nowMs),
          this.ownReading(node.id, cluster.role),
          runs,
        ),
      ),
    }));
    const problems = nodes.flatMap((node) => node.problems);
    return {
      atMs: nowMs,
      name: this.current.name,
      file: about.file,
      simulated: about.simulated,
      fileError: this.fileError,
      sentence: fleetSentence(clusters, nodes, this.selfSuspect),
      clusters,
      nodes,
      problems: this.problemLog.ordered(problems),
      runs,
      selfSuspect: this.selfSuspect,
    };
  }

  private nodeViews(nowMs: number): readonly NodeView[] {
    const cross = this.crossFindings(nowMs);
    return this.current.nodes.map((entry) => {
      const record = this.record(entry.id);
      const clusters = clustersOfNode(this.current, entry.id);
      const roles = clusters.map((cluster) => ({
        role: this.knowledge.roles[cluster.role],
        reading: record.readings[cluster.role] ?? null,
      }));
      const crossFindings = cross.get(entry.id) ?? [];
      const diagnosis = diagnoseNode({ entry, link: record.link, seen: record.seen, roles, crossFindings });
      if (record.state !== diagnosis.state) {
        record.state = diagnosis.state;
        record.stateSinceMs = nowMs;
      }
      const latest = record.history.latest();
      const live = record.link.state === 'live';
      return {
        id: entry.id,
        address: entry.address,
        failureDomain: entry.failureDomain,
        clusterIds: clusters.map((cluster) => cluster.id),
        roles: clusters.map((cluster) => cluster.role),
        state: diagnosis.state,
        sinceMs: record.stateSinceMs,
        sentence: diagnosis.sentence,
        link: record.link,
        agentVersion: record.agentVersion,
        services: roles.flatMap(({ reading }) => reading?.services ?? []),
        holds: live
          ? clusters.flatMap((cluster) => {
              const reading = record.readings[cluster.role];
              return reading ? this.knowledge.roles[cluster.role].holds(reading, cluster) : [];
            })
          : [],
        numbers: latest ? roles.flatMap(({ role }) => role.keyNumbers(latest.values, latest.atMs)) : [],
        problems: this.problemLog.since(
          entry.id,
          problemsOfNode(entry, clusters, record.link, diagnosis, roles, crossFindings, record.seen),
          nowMs,
        ),
        actions: [],
        observedAtMs: record.heardAtMs,
      };
    });
  }

  /** Asked of every live node for every role it has; needs no view, so the views can build on it. */
  private crossFindings(nowMs: number): ReadonlyMap<NodeId, readonly Finding[]> {
    const found = new Map<NodeId, readonly Finding[]>();
    for (const cluster of this.current.clusters) {
      const ask = this.knowledge.roles[cluster.role].crossFindings;
      if (!ask) continue;
      for (const id of cluster.nodes) {
        if (this.record(id).link.state !== 'live') continue;
        const findings = ask(this.situationWith(cluster, id, new Map(), nowMs));
        if (findings.length > 0) found.set(id, [...(found.get(id) ?? []), ...findings]);
      }
    }
    return found;
  }

  private clusterView(
    cluster: Cluster,
    nodes: ReadonlyMap<NodeId, NodeView>,
    runs: readonly RunSummary[],
    nowMs: number,
  ): ClusterView {
    const role = this.knowledge.roles[cluster.role];
    const members = cluster.nodes.flatMap((id) => {
      const node = nodes.get(id);
      return node ? [{ id, state: node.state, reading: this.ownReading(id, cluster.role) }] : [];
    });
    const entrance: EntranceView | null = entranceOf(
      cluster,
      cluster.nodes.map((id) => ({ id, reading: this.liveReading(id, cluster.role) })),
    );
    const anyNode = cluster.nodes[0];
    return {
      id: cluster.id,
      role: cluster.role,
      title: role.title,
      verdict: judgeCluster(cluster, role, members, entrance),
      nodes: cluster.nodes,
      vip: entrance,
      numbers: sumNumbers(members.flatMap((member) => nodes.get(member.id)?.numbers ?? [])),
      actions: anyNode ? clusterActions(role, this.situationWith(cluster, anyNode, nodes, nowMs), runs) : [],
    };
  }

  private situationWith(
    cluster: Cluster,
    nodeId: NodeId,
    nodes: ReadonlyMap<NodeId, NodeView>,
    nowMs: number,
  ): Situation {
    const { readings, samples } = this.gather(cluster.role);
    return { fleet: this.current, cluster, nodeId, nodes, readings, samples, nowMs };
  }

  /**
   * Live readings as a cluster of this role sees them (its own role wins where a
   * node has several; others are seen through theirs) and the latest samples.
   * Kept until the next fact comes in: a view asks once for each node.
   */
  private gather(role: RoleId): Gathered {
    const kept = this.gathered.get(role);
    if (kept) return kept;
    const readings = new Map<NodeId, RoleReading>();
    const samples = new Map<NodeId, { readonly atMs: number; readonly values: Samples }>();
    for (const node of this.current.nodes) {
      const latest = this.latest(node.id);
      if (latest) samples.set(node.id, latest);
      const roles = clustersOfNode(this.current, node.id).map((cluster) => cluster.role);
      const seenAs = roles.includes(role) ? role : roles[0];
      const reading = seenAs ? this.liveReading(node.id, seenAs) : null;
      if (reading) readings.set(node.id, reading);
    }
    const fresh = { readings, samples };
    this.gathered.set(role, fresh);
    return fresh;
  }

  private ownReading(id: NodeId, role: RoleId): RoleReading | null {
    return this.records.get(id)?.readings[role] ?? null;
  }

  /** The record to change: what was gathered from the old one is forgotten. */
  private change(id: NodeId): NodeRecord {
    this.gathered.clear();
    return this.record(id);
  }

  private record(id: NodeId): NodeRecord {
    const known = this.records.get(id);
    if (known) return known;
    const record: NodeRecord = {
      link: idle,
      seen: false,
      agentVersion: null,
      readings: {},
      heardAtMs: null,
      state: 'unknown',
      stateSinceMs: Date.now(),
      history: new MetricHistory(this.isCounter),
    };
    this.records.set(id, record);
    return record;
  }
}

/** Cluster numbers are sums over nodes where that means something; ages and lags take the greatest. */
function sumNumbers(numbers: readonly NodeView['numbers'][number][]): NodeView['numbers'] {
  const byLabel = new Map<string, NodeView['numbers'][number]>();
  for (const number of numbers) {
    const other = byLabel.get(number.label);
    if (!other || other.value === null) {
      byLabel.set(number.label, number);
    } else if (number.value !== null) {
      const value = number.unit === 's' ? Math.max(other.value, number.value) : other.value + number.value;
      byLabel.set(number.label, { ...number, value, atMs: Math.min(other.atMs ?? 0, number.atMs ?? 0) });
    }
  }
  return [...byLabel.values()];
}
