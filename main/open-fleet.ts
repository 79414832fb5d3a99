/**
 * One open fleet: its file, the links to its nodes, what is known of it, its
 * runs. Everything that was started here ends with `dispose`.
 */
import { readFile } from 'node:fs/promises';
import type { BackendEvent, NewServer, NodeDetail } from '../common/ipc/contract.ts';
import { type Fleet, type NodeEntry, type NodeId, nodeOf } from '../common/model/fleet.ts';
import type { HostFacts } from '../common/model/host-facts.ts';
import { OpsError } from '../common/model/ops-error.ts';
import type { FleetView } from '../common/model/views.ts';
import { hostMetrics } from '../common/roles/host-metrics.ts';
import type { Role } from '../common/roles/role.ts';
import type { RoleId } from '../common/roles/role-id.ts';
import { factsVerb } from '../common/verbs/facts.ts';
import { withClockOffset } from '../common/verbs/host-facts.ts';
import { journalTailVerb } from '../common/verbs/journal-tail.ts';
import type { Verb } from '../common/verbs/verb.ts';
import { readTemplate } from './application-root.ts';
import { FleetTruth } from './fleet/fleet-truth.ts';
import { loadFleetFile, watchFleetFile } from './fleet/watch-fleet-file.ts';
import { FleetLinks } from './fleet-links.ts';
import { sshNodeDoor } from './node-door-ssh.ts';
import { fleetFileOnDisk } from './provisioned-file.ts';
import { runbookSource } from './runbook-source.ts';
import { Engine } from './runbooks/engine.ts';
import { fileJournals } from './runbooks/journal.ts';
import { fileLeases } from './runbooks/lease-file.ts';
import type { NodeDoor } from './runbooks/node-door.ts';
import type { AgentBundle } from './runbooks/provision/agent-steps.ts';
import { ServerSessions } from './server-sessions.ts';
import { HostKeyError } from './ssh/host-key-error.ts';
import { appendKnownHost } from './ssh/known-hosts-file.ts';
import { ConnectionPool } from './ssh/pool.ts';
import { targetFor } from './ssh/resolve-target.ts';
import type { SshAuth, SshTarget, Transport } from './ssh/transport.ts';
import type { Cipher } from './store/cipher.ts';
import { ensureConsoleKey, publicKeyOf } from './store/console-key.ts';
import type { StorePaths } from './store/paths.ts';
import { fileSecrets } from './store/secrets.ts';

export interface OpenFleetParts {
  readonly root: string;
  readonly version: string;
  readonly operator: string;
  readonly paths: StorePaths;
  readonly cipher: Cipher | null;
  readonly transport: Transport;
  readonly bundle: AgentBundle;
  readonly roles: Readonly<Record<RoleId, Role>>;
  readonly simulated: boolean;
  emit(event: BackendEvent): void;
}

/** The operators' account where the fleet file names none. */
const usualOperator = 'mailyard-op';
/** The picture is sent at most this often. Unit: ms. */
const viewEveryMs = 200;
/** A node's series are followed this long after they were last asked for. Unit: ms. */
const followMs = 60_000;
const lookMs = 15_000;

export class OpenFleet {
  readonly path: string;
  readonly truth: FleetTruth;
  readonly engine: Engine;
  readonly sessions: ServerSessions;
  readonly door: NodeDoor;
  private readonly parts: OpenFleetParts;
  private readonly pool: ConnectionPool;
  private readonly links: FleetLinks;
  private readonly leases: ReturnType<typeof fileLeases>;
  /** Servers that are being added: reached like nodes, but not in the file yet. */
  private readonly candidates = new Map<NodeId, NodeEntry>();
  private readonly followed = new Map<NodeId, number>();
  private readonly ends: (() => void)[] = [];
  private viewTimer: NodeJS.Timeout | null = null;

  /** Throws: OpsError 'bad-input' with line and column when the file is bad. */
  static async open(path: string, parts: OpenFleetParts): Promise<OpenFleet> {
    return new OpenFleet(path, await loadFleetFile(path), parts);
  }

  private constructor(path: string, fleet: Fleet, parts: OpenFleetParts) {
    this.path = path;
    this.parts = parts;
    const { roles, transport, operator } = parts;
    const state = parts.paths.fleet(path);
    this.truth = new FleetTruth(fleet, { roles, hostMetrics });
    this.pool = new ConnectionPool({ transport, targetOf: (nodeId) => this.target(this.entry(nodeId)) });
    const door = sshNodeDoor(this.pool);
    this.door = {
      call: (call) => {
        this.remember(call.node);
        return door.call(call);
      },
    };
    const secrets = fileSecrets(state.secrets, parts.cipher);
    this.sessions = new ServerSessions({
      transport,
      bundle: parts.bundle,
      operatorUser: () => this.reachable().ssh.user ?? usualOperator,
      publicKey: () => this.publicKey(),
      target: (server, auth) => this.target(this.newEntry(server), auth),
    });
    this.leases = fileLeases(state.leases);
    this.engine = new Engine({
      journals: fileJournals(state.journals),
      leases: this.leases,
      source: runbookSource({
        truth: this.truth,
        roles,
        servers: this.sessions,
        bundle: parts.bundle,
        file: fleetFileOnDisk(path, (changed) => this.changeFleet(changed)),
        suspicion: () => this.links.suspicion,
      }),
      tools: {
        door: this.door,
        operator,
        reading: (nodeId, role) => this.truth.liveReading(nodeId, role),
        samples: (nodeId) => this.truth.latest(nodeId)?.values ?? null,
        template: (name) => readTemplate(parts.root, name),
        secret: (name) => secrets.get(name),
      },
    });
    this.links = new FleetLinks({
      connections: this.pool,
      truth: this.truth,
      consoleVersion: parts.version,
      changed: (nodeId) => this.changed(nodeId),
    });
    this.ends.push(
      this.engine.onRun((run) => {
        parts.emit({ kind: 'run', run });
        this.changed(null);
        if (run.runbook === 'provision' && (run.state === 'succeeded' || run.state === 'undone')) {
          if (run.nodeId) this.sessions.forget(run.nodeId);
        }
      }),
      watchFleetFile(path, {
        fleet: (changed) => this.changeFleet(changed),
        error: (message) => {
          this.truth.onFileError(message);
          this.changed(null);
        },
      }),
    );
    this.links.follow(fleet);
  }

  view(): FleetView {
    const { simulated } = this.parts;
    return this.truth.view(Date.now(), this.engine.list(), { file: simulated ? null : this.path, simulated });
  }

  text(): Promise<string> {
    return readFile(this.path, 'utf8');
  }

  changeFleet(fleet: Fleet): void {
    const before = this.truth.fleet;
    this.truth.onFleet(fleet);
    for (const node of before.nodes) {
      const now = nodeOf(fleet, node.id);
      // Reached in another way from now on: the old connection would be the old server.
      if (JSON.stringify(now) !== JSON.stringify(node)) this.pool.drop(node.id);
    }
    this.links.follow(fleet);
    this.changed(null);
  }

  retryLink(nodeId: NodeId): void {
    this.entry(nodeId);
    this.links.retry(nodeId);
  }

  /** The operator compared the key that this node shows. Throws: OpsError 'bad-input' when it shows another. */
  async acceptHostKey(nodeId: NodeId, fingerprint: string): Promise<void> {
    try {
      await this.pool.get(nodeId);
    } catch (thrown) {
      if (!(thrown instanceof HostKeyError) || thrown.problem !== 'host-key-unknown') throw thrown;
      const { hostKey, server } = thrown;
      if (hostKey.fingerprint !== fingerprint) {
        throw new OpsError(
          'bad-input',
          `${nodeId} shows ${hostKey.fingerprint} now, not ${fingerprint}. Nothing was accepted.`,
        );
      }
      if (server.knownHostsFile === null) {
        throw new OpsError(
          'bad-input',
          'There is no known_hosts file to write the key into; name one in the fleet file (ssh.knownHosts).',
        );
      }
      await appendKnownHost(server.knownHostsFile, server, hostKey);
    }
    this.links.retry(nodeId);
  }

  async detail(nodeId: NodeId): Promise<NodeDetail> {
    const node = this.entry(nodeId);
    this.followed.set(nodeId, Date.now());
    const roles = this.truth.fleet.clusters
      .filter((cluster) => cluster.nodes.includes(nodeId))
      .map((cluster) => this.parts.roles[cluster.role]);
    const services = roles.flatMap((role) => role.services);
    const [facts, tails] = await Promise.all([
      this.facts(node).then(
        (found) => ({ found, error: null }),
        (thrown: unknown) => ({ found: null, error: OpsError.from(thrown).message }),
      ),
      Promise.all(
        services.map(async (service) => ({
          ...{ unit: service.unit, title: service.title },
          lastLines: await this.look(node, journalTailVerb, { unit: service.unit, lines: 8 }).then(
            (state) => state.lines,
            () => [],
          ),
        })),
      ),
    ]);
    return {
      ...{ nodeId, facts: facts.found, factsError: facts.error },
      ...{ services: tails, metrics: this.truth.metricsOf(nodeId) },
    };
  }

  series(nodeId: NodeId, metrics: readonly string[], sinceMs: number, maxPoints: number) {
    this.entry(nodeId);
    this.followed.set(nodeId, Date.now());
    return this.truth.series(nodeId, metrics, sinceMs, maxPoints);
  }

  /** Resolves when every link has said how it stands (live, refused, lost), or after the limit. */
  linksSettled(limitMs: number): Promise<void> {
    return this.links.settled(limitMs);
  }

  async look<Input, State>(node: NodeEntry, verb: Verb<Input, State>, input: Input): Promise<State> {
    const answer = await this.door.call({
      ...{ node, verb, input, mode: 'look', epoch: this.leases.epoch(), operator: this.parts.operator },
      ...{ run: '-', step: '-', timeoutMs: lookMs, signal: AbortSignal.timeout(lookMs), output: () => {} },
    });
    return answer.state;
  }

  async dispose(): Promise<void> {
    for (const end of this.ends.splice(0)) end();
    if (this.viewTimer) clearTimeout(this.viewTimer);
    await this.engine.dispose();
    this.links.dispose();
    this.sessions.dispose();
    this.pool.dispose();
  }

  private async facts(node: NodeEntry): Promise<HostFacts> {
    const askedAtMs = Date.now();
    const facts = await this.look(node, factsVerb, {});
    return withClockOffset(facts, askedAtMs, Date.now());
  }

  /** A picture or new points are due; many changes make one of them. */
  private changed(nodeId: NodeId | null): void {
    if (nodeId && Date.now() - (this.followed.get(nodeId) ?? 0) < followMs) {
      const latest = this.truth.latest(nodeId);
      if (latest) this.parts.emit({ kind: 'samples', nodeId, atMs: latest.atMs, values: latest.values });
    }
    this.viewTimer ??= setTimeout(() => {
      this.viewTimer = null;
      this.parts.emit({ kind: 'view', view: this.view() });
    }, viewEveryMs);
  }

  private entry(nodeId: NodeId): NodeEntry {
    const entry = nodeOf(this.truth.fleet, nodeId) ?? this.candidates.get(nodeId);
    if (!entry) throw new OpsError('bad-input', `The fleet has no node ${nodeId}.`);
    return entry;
  }

  private remember(node: NodeEntry): void {
    if (nodeOf(this.truth.fleet, node.id)) return;
    const before = this.candidates.get(node.id);
    if (before && JSON.stringify(before) !== JSON.stringify(node)) this.pool.drop(node.id);
    this.candidates.set(node.id, node);
  }

  private newEntry(server: NewServer): NodeEntry {
    const known = nodeOf(this.truth.fleet, server.nodeId);
    return {
      ...{ id: server.nodeId, address: server.address, port: server.port, user: server.credentials.user },
      ...{ failureDomain: server.failureDomain, jump: known?.jump ?? null, maintenance: null },
    };
  }

  private target(entry: NodeEntry, auth?: readonly SshAuth[]): Promise<SshTarget> {
    return targetFor(this.reachable(), entry, auth ? { auth } : {});
  }

  /** The fleet with what its file leaves to us: whose account, which key. */
  private reachable(): Fleet {
    const { fleet } = this.truth;
    const { user, identityFile } = fleet.ssh;
    return {
      ...fleet,
      ssh: {
        ...fleet.ssh,
        user: user ?? usualOperator,
        identityFile: identityFile ?? ensureConsoleKey(this.parts.paths.consoleKey),
      },
    };
  }

  private publicKey(): string {
    const path = this.reachable().ssh.identityFile ?? '';
    const key = publicKeyOf(path);
    if (key === null) {
      throw new OpsError(
        'bad-input',
        `The public half of ${path} is not beside it (${path}.pub), and servers must be given it. Make it with: ssh-keygen -y -f ${path} > ${path}.pub`,
      );
    }
    return key;
  }
}
