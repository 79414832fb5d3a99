/** The telemetry links of an open fleet: one a node, made and ended as the fleet file changes. */
import type { Fleet, NodeId } from '../common/model/fleet.ts';
import type { FleetTruth } from './fleet/fleet-truth.ts';
import { createNodeLink, type LinkConnections } from './link/create-node-link.ts';
import type { NodeLink } from './link/node-link.ts';
import { SelfWatch } from './link/self-watch.ts';

export interface FleetLinksParts {
  readonly connections: LinkConnections;
  readonly truth: FleetTruth;
  readonly consoleVersion: string;
  /** Something is known that was not; of this node, or of all. */
  changed(nodeId: NodeId | null): void;
}

export class FleetLinks {
  private readonly parts: FleetLinksParts;
  private readonly links = new Map<NodeId, { link: NodeLink; way: string }>();
  private readonly watch = new SelfWatch();
  private readonly waiting = new Set<() => void>();

  constructor(parts: FleetLinksParts) {
    this.parts = parts;
    this.watch.onChange((suspicion) => {
      parts.truth.onSelfSuspect(suspicion);
      parts.changed(null);
    });
  }

  /** Why the console should doubt itself; null when it need not. */
  get suspicion(): string | null {
    return this.watch.suspicion;
  }

  follow(fleet: Fleet): void {
    const wanted = new Map(fleet.nodes.map((node) => [node.id, JSON.stringify([node, fleet.ssh])]));
    for (const [id, { link, way }] of this.links) {
      if (wanted.get(id) === way) continue;
      link.dispose();
      this.links.delete(id);
    }
    for (const [id, way] of wanted) {
      if (this.links.has(id)) continue;
      const link = this.make(id);
      this.links.set(id, { link, way });
      link.start();
    }
  }

  retry(nodeId: NodeId): void {
    this.links.get(nodeId)?.link.retry();
  }

  /** Every link is live or has said why not; at the latest after the limit. */
  async settled(limitMs: number): Promise<void> {
    const until = Date.now() + limitMs;
    while (!this.areSettled() && Date.now() < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, until - Date.now()));
        this.waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  dispose(): void {
    for (const { link } of this.links.values()) link.dispose();
    this.links.clear();
    this.watch.dispose();
    this.wake();
  }

  private areSettled(): boolean {
    return [...this.links.values()].every(({ link }) =>
      ['live', 'lost', 'refused'].includes(link.status.state),
    );
  }

  private make(nodeId: NodeId): NodeLink {
    const { connections, truth, consoleVersion, changed } = this.parts;
    return createNodeLink({
      ...{ nodeId, connections, consoleVersion, selfWatch: this.watch },
      listener: {
        status: (status) => {
          truth.onLink(nodeId, status);
          changed(nodeId);
          this.wake();
        },
        hello: (hello) => truth.onHello(nodeId, hello.agentVersion),
        readings: (readings, atMs) => {
          truth.onReadings(nodeId, readings, atMs);
          changed(nodeId);
        },
        samples: (atMs, samples, replayed) => {
          truth.onSamples(nodeId, atMs, samples);
          if (!replayed) changed(nodeId);
        },
      },
    });
  }

  private wake(): void {
    // After the status is set on the link itself.
    queueMicrotask(() => {
      for (const wake of [...this.waiting]) {
        this.waiting.delete(wake);
        wake();
      }
    });
  }
}
