import type { ClusterId, NodeId } from './fleet.ts';
import type { Severity } from './reading.ts';

/** Something wrong, as the console sees it, with where and since when. */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly clusterId: ClusterId | null;
  readonly nodeId: NodeId | null;
  readonly sinceMs: number;
}

/** Why something cannot be done now. Structured: nobody parses the text to decide. */
export interface Blocker {
  readonly code: string;
  /** What is so, and what would mend it. */
  readonly message: string;
  readonly overridable: boolean;
}
