/**
 * Asks the host and each role's probe once a second and hands out what they
 * saw. A probe that hangs or throws costs its own numbers only; one that has
 * not answered for a while is told as unknown instead of repeating old news.
 */
import type { Samples } from '../../common/model/metric.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import type { ProbeHost } from '../../common/roles/host.ts';
import type { RoleProbe } from '../../common/roles/role.ts';

export interface Sampled {
  readonly atMs: number;
  readonly samples: Samples;
  /** By role, whole; null when nothing in it changed since the last second. */
  readonly readings: Readonly<Record<string, RoleReading>> | null;
}

export interface SamplerOptions {
  readonly host: ProbeHost;
  sampleHost(): Promise<Samples>;
  /** Asked each second, so that a role that is added or taken needs no restart. */
  probes(): ReadonlyMap<string, RoleProbe>;
  onSampled(sampled: Sampled): void;
  onTrouble(message: string): void;
}

const intervalMs = 1000;
const slowMs = 900;
const staleMs = 5000;

interface Seen {
  samples: Samples;
  reading: RoleReading | null;
  readingAtMs: number;
  busySinceMs: number | null;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #troubles = new Map<string, string>();
  #told = '';
  #timer: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#tick();
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #tick(): Promise<void> {
    const startedMs = performance.now();
    const probes = this.#options.probes();
    for (const role of this.#seen.keys()) if (!probes.has(role)) this.#seen.delete(role);
    const limit = new Promise<void>((resolve) => {
      setTimeout(resolve, slowMs).unref();
    });
    let hostSamples: Samples = {};
    const work = [
      this.#guarded('host', async () => {
        hostSamples = await this.#options.sampleHost();
      }),
      ...[...probes].map(([role, probe]) => this.#ask(role, probe)),
    ];
    await Promise.race([Promise.all(work), limit]);
    if (this.#disposed) return;
    this.#hand(hostSamples);
    // On whole seconds of our own clock, however long the asking took.
    const tookMs = performance.now() - startedMs;
    this.#timer = setTimeout(() => void this.#tick(), Math.max(50, intervalMs - tookMs));
  }

  /** One role. While an earlier asking still hangs it is not asked again. */
  async #ask(role: string, probe: RoleProbe): Promise<void> {
    const seen = this.#seen.get(role) ?? { samples: {}, reading: null, readingAtMs: 0, busySinceMs: null };
    this.#seen.set(role, seen);
    if (seen.busySinceMs !== null) {
      seen.samples = {};
      return;
    }
    seen.busySinceMs = performance.now();
    await this.#guarded(role, async () => {
      seen.samples = {};
      const [samples, reading] = await Promise.all([
        probe.sample(this.#options.host),
        probe.read(this.#options.host),
      ]);
      seen.samples = samples;
      seen.reading = reading;
      seen.readingAtMs = performance.now();
    });
    seen.busySinceMs = null;
  }

  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#troubles.delete(what);
    } catch (error) {
      const message = `${what} cannot be sampled: ${error instanceof Error ? error.message : String(error)}`;
      // Once, not each second.
      if (this.#troubles.get(what) !== message) this.#options.onTrouble(message);
      this.#troubles.set(what, message);
    }
  }

  #hand(hostSamples: Samples): void {
    const samples: Samples = { ...hostSamples };
    const readings: Record<string, RoleReading> = {};
    for (const [role, seen] of this.#seen) {
      Object.assign(samples, seen.samples);
      const fresh = seen.reading !== null && performance.now() - seen.readingAtMs < staleMs;
      readings[role] = fresh ? seen.reading! : notKnown(this.#troubles.get(role));
    }
    const text = JSON.stringify(readings);
    const changed = text !== this.#told;
    this.#told = text;
    this.#options.onSampled({
      atMs: this.#options.host.nowMs(),
      samples,
      readings: changed ? readings : null,
    });
  }
}

function notKnown(trouble: string | undefined): RoleReading {
  return {
    serving: 'unknown',
    services: [],
    findings: [
      {
        code: 'ProbeSilent',
        severity: 'warning',
        message: trouble ?? 'The node’s own look at this role has not ended for more than 5 s.',
      },
    ],
    facts: null,
  };
}
