/**
 * The state of the console's link to one node's agent, by name.
 *
 * idle -> connecting -> (verifying host key) -> syncing -> live
 * live -> suspect (3 heartbeats missed) -> lost -> connecting ...
 * refused: needs a person (host key, access, version, misbehaviour); not retried by itself.
 */
export type LinkState = 'idle' | 'connecting' | 'syncing' | 'live' | 'suspect' | 'lost' | 'refused';

export interface LinkStatus {
  readonly state: LinkState;
  readonly sinceMs: number;
  /** Why, in a sentence; empty when live. */
  readonly reason: string;
  /** OpsProblem when refused or lost; null otherwise. */
  readonly problem: string | null;
  readonly lastHeartbeatMs: number | null;
  readonly retryAtMs: number | null;
}
