/**
 * The right to change clusters: one mutating run on each at a time. Today it
 * is a file that the consoles of one machine share (lease-file.ts); a
 * cluster-wide one stands behind the same interface later.
 */
import type { ClusterId } from '../../common/model/fleet.ts';

export interface LeaseHolder {
  readonly clusterId: ClusterId;
  readonly runId: string;
  readonly operator: string;
  readonly epoch: number;
  readonly pid: number;
  readonly host: string;
  readonly atMs: number;
}

export interface Lease {
  /** Higher than every earlier one: nodes refuse what comes with a lower number than they have seen. */
  readonly epoch: number;
  /** Aborts when the lease is no longer ours; then nothing more may be changed. */
  readonly lost: AbortSignal;
  release(): void;
}

export interface Leases {
  /** All or none. Throws: OpsError 'lease-held' naming who holds it. */
  acquire(
    clusters: readonly ClusterId[],
    holder: { readonly runId: string; readonly operator: string },
  ): Promise<Lease>;
  /** Who holds a cluster now; dead holders do not count. */
  holders(): readonly LeaseHolder[];
  /** For what is asked outside runs: the highest epoch known here. */
  epoch(): number;
}
