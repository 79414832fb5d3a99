/**
 * What a role's probe saw on its node at one moment. Pure data from an
 * untrusted machine: the console validates it before anyone looks.
 */
export type ServiceState = 'running' | 'stopped' | 'failed' | 'starting' | 'unknown';

export interface ServiceReading {
  /** systemd unit, e.g. `postfix.service`. */
  readonly unit: string;
  readonly state: ServiceState;
  /** Unix ms since when; null when systemd does not say. */
  readonly sinceMs: number | null;
  readonly detail: string;
}

export type Severity = 'info' | 'warning' | 'critical';

/** Something the probe noticed that a person should know. */
export interface Finding {
  /** Stable for code, e.g. `SyncRightnowFailed`; with an instance behind a colon where there may be several: `ServerDown:smtp/mx2`. */
  readonly code: string;
  readonly severity: Severity;
  /** A sentence with facts. */
  readonly message: string;
}

/** Does this node take work for this role now? `unknown` is an answer. */
export type Serving = 'serving' | 'draining' | 'drained' | 'joining' | 'stopped' | 'unknown';

export interface RoleReading {
  readonly serving: Serving;
  readonly services: readonly ServiceReading[];
  readonly findings: readonly Finding[];
  /**
   * Role-specific facts that are not numbers over time, e.g. the edge's
   * `{vip: 'held', backends: [...]}`; each role's index.ts exports its type
   * and a zod schema (`facts`) to read it back.
   */
  readonly facts: unknown;
}
