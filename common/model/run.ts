import type { ClusterId, NodeId } from './fleet.ts';
import type { Blocker } from './problem.ts';

export type RunbookId = 'drain' | 'undrain' | 'provision' | 'switchover';

/** When cancelling is honest: at once, after the running step, or not any more. */
export type Cancel = 'now' | 'after-step' | 'never';

export type StepState =
  | 'will'
  | 'now'
  | 'done'
  | 'already'
  | 'undoing'
  | 'undone'
  | 'failed'
  | 'unknown'
  | 'not-reached';

export type RunState =
  | 'running'
  | 'cancelling'
  | 'undoing'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'undone'
  /** The console died in mid-run; the journal knows how far it came. Resume or undo. */
  | 'interrupted'
  /** A step's outcome could not be observed. */
  | 'unknown';

export interface PlanStep {
  readonly id: string;
  readonly title: string;
  readonly nodeId: NodeId | null;
  /** What will be run, for a person to read; secrets never appear. */
  readonly commands: readonly string[];
  /** What it changes, one sentence; empty when it only looks. */
  readonly changes: string;
  readonly cancel: Cancel;
  readonly undoable: boolean;
}

export interface Plan {
  readonly id: string;
  readonly runbook: RunbookId;
  readonly title: string;
  readonly clusterId: ClusterId;
  readonly nodeId: NodeId | null;
  readonly steps: readonly PlanStep[];
  /** What customers and peers will notice, sentences. */
  readonly blastRadius: readonly string[];
  readonly blockers: readonly Blocker[];
  readonly createdAtMs: number;
}

/** A number followed while a step waits, e.g. sessions falling to zero. */
export interface Progress {
  readonly text: string;
  readonly label: string;
  readonly unit: string;
  /** Unix ms and value, ascending; at most a few hundred. */
  readonly points: readonly (readonly [number, number])[];
  /** Expected end in ms from now; null when it does not fall (slow and never are told apart). */
  readonly etaMs: number | null;
  readonly stalled: boolean;
}

export interface RunStep extends PlanStep {
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly error: string | null;
  readonly output: readonly string[];
  readonly progress: Progress | null;
}

export interface RunSummary {
  readonly id: string;
  readonly runbook: RunbookId;
  readonly title: string;
  readonly clusterId: ClusterId;
  readonly nodeId: NodeId | null;
  readonly operator: string;
  readonly state: RunState;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** "Draining mx2. 41 sessions left, falling 3 a second; about 14 s." */
  readonly sentence: string;
  readonly stepsDone: number;
  readonly stepsTotal: number;
  /** What may be done with it now. */
  readonly may: readonly ('cancel' | 'undo' | 'resume')[];
}

export interface Run extends RunSummary {
  readonly blastRadius: readonly string[];
  readonly steps: readonly RunStep[];
}
