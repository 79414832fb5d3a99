/**
 * A step of a runbook. `observe` comes before `apply` (so already? then it is
 * skipped: this is idempotence and resume) and after it (did it really happen?
 * this is success). A step whose command was sent while the link died is
 * `unknown` until `observe` says; it is never blindly run again.
 *
 * Example: draining mx2 from edge1.
 *   observe  edge1: state of smtp/mx2 in HAProxy -> 'ready'      => to do
 *   apply    edge1: verb edge-server {server: mx2, state: drain}
 *   observe  edge1: -> 'drain'                                   => done
 *   undo     edge1: verb edge-server {server: mx2, state: <what observe saw first>}
 */
import type { Fleet, NodeId } from '../model/fleet.ts';
import type { Samples } from '../model/metric.ts';
import type { RoleReading } from '../model/reading.ts';
import type { Cancel, Progress } from '../model/run.ts';
import type { Verb } from '../verbs/verb.ts';

export interface StepObservation {
  readonly state: 'done' | 'todo' | 'unknown';
  /** What was seen, one sentence; shown and journalled. */
  readonly detail: string;
  /** Facts to be kept for undo or for later steps; JSON, no secrets. */
  readonly facts?: unknown;
}

export interface Step {
  /** Stable across versions, unique in the run: the journal and resume find the step by it. */
  readonly id: string;
  readonly title: string;
  readonly nodeId: NodeId | null;
  readonly commands: readonly string[];
  readonly changes: string;
  readonly cancel: Cancel;
  readonly timeoutMs: number;
  observe(context: StepContext): Promise<StepObservation>;
  apply(context: StepContext): Promise<void>;
  /** Puts back what `before` (the facts of the first observation, from the journal) says was so. */
  undo?(context: StepContext, before: unknown): Promise<void>;
}

/** What a step may touch. Implemented by main/runbooks over SSH; by fakes in unit tests of pure flow only. */
export interface StepContext {
  readonly runId: string;
  readonly fleet: Fleet;
  readonly signal: AbortSignal;
  /** A line of live output. */
  output(line: string): void;
  progress(progress: Progress): void;
  /** Apply a verb on a node (follows detached ones to their end). Throws OpsError. */
  verb<Input, State>(nodeId: NodeId, verb: Verb<Input, State>, input: Input): Promise<State>;
  /** The same verb in look mode: changes nothing. */
  look<Input, State>(
    nodeId: NodeId,
    verb: Verb<Input, State>,
    input: Input,
  ): Promise<{ satisfied: boolean; state: State }>;
  /** What telemetry says now; null when the node is not live. Stale facts are not given. */
  reading(nodeId: NodeId, role: string): RoleReading | null;
  samples(nodeId: NodeId): Samples | null;
  /** Polls until `check` gives a value; respects the signal; throws OpsError 'timeout' with `whatFor` in the message. */
  waitFor<T>(
    whatFor: string,
    check: () => Promise<T | null>,
    options?: { everyMs?: number; limitMs?: number },
  ): Promise<T>;
  /** Facts kept by an earlier step's first observation in this run. */
  factsOf(stepId: string): unknown;
  /** Text of assets/roles/<path>. */
  template(path: string): Promise<string>;
  /** A fleet secret, made on first use. Never put it in output, facts or an error. */
  secret(name: string): Promise<string>;
}
