/**
 * The console's link to one node's agent: a WebSocket inside the SSH
 * connection's `telemetry` channel. It reports by named states and delivers
 * validated facts only; a node that lies, floods or sends garbage is cut off
 * with a reason (`refused`) and harms nothing.
 */
import type { NodeId } from '../../common/model/fleet.ts';
import type { LinkStatus } from '../../common/model/link.ts';
import type { Samples } from '../../common/model/metric.ts';
import type { RoleReading } from '../../common/model/reading.ts';

export interface NodeLinkListener {
  status(status: LinkStatus): void;
  hello(hello: {
    agentVersion: string;
    protocol: number;
    hostname: string;
    bootId: string;
    roles: readonly string[];
  }): void;
  /** Latest state of each role, whole, when it changed. `atMs` is console time of receipt. */
  readings(readings: Readonly<Record<string, RoleReading>>, atMs: number): void;
  /** One second's numbers, counters raw. `replayed` ones are the past, from before this link. atMs is corrected to the console's clock. */
  samples(atMs: number, samples: Samples, replayed: boolean): void;
}

export interface NodeLink {
  readonly nodeId: NodeId;
  readonly status: LinkStatus;
  start(): void;
  /** Ends a back-off or a refusal now (a person pressed Retry or accepted a key). */
  retry(): void;
  dispose(): void;
}
