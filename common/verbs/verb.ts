/**
 * A verb: one typed thing that the console may have done on a node, as root.
 *
 *   ssh node verb NAME   with JSON on stdin -> JSON on stdout
 *
 * The registry (common/verbs/index.ts) is the whole list; the node refuses any
 * other name, any field that the schema does not name, and an older epoch.
 * A verb looks before and after: `observe` is asked first (done already? then
 * nothing is changed), then `apply`, then `observe` again, and what it answers
 * is the truth that the runbook acts upon.
 */
import type { z } from 'zod';
import type { VerbHost } from '../roles/host.ts';

export interface Observed<State> {
  /** True when the wanted state is already so. Read-only verbs answer true. */
  readonly satisfied: boolean;
  readonly state: State;
}

export interface Verb<Input = unknown, State = unknown> {
  /** [a-z][a-z0-9-]{0,31} */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /** Validates on the console what came back from the node. */
  readonly state: z.ZodType<State>;
  /** Long work: runs in a transient systemd unit and outlives the SSH connection; the console follows it. */
  readonly detached: boolean;
  observe(host: VerbHost, input: Input): Promise<Observed<State>>;
  /** Absent: the verb only looks. */
  apply?(host: VerbHost, input: Input, before: State): Promise<void>;
  /** True for an input that is applied even when the wanted state is already so: a restart, a reload. */
  always?(input: Input): boolean;
  /** Names of input fields that must never reach a log. */
  readonly secretFields?: readonly string[];
}

/** Keeps the two types together while the registry forgets them. */
export function defineVerb<Input, State>(verb: Verb<Input, State>): Verb<Input, State> {
  return verb;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of verbs with different inputs has no other type
export type AnyVerb = Verb<any, any>;

/** What is written to stdin of `verb NAME`. */
export interface VerbRequest {
  /** Fencing epoch of the run; a node refuses one lower than the highest it has seen. */
  readonly epoch: number;
  /** Who: the operator's name, for the node's journal. */
  readonly operator: string;
  /** Which run and step, for the node's journal and the name of a detached unit. `-` outside runs. */
  readonly run: string;
  readonly step: string;
  /** `look` never changes anything, whatever the verb. */
  readonly mode: 'look' | 'apply';
  readonly input: unknown;
}

/** What `verb NAME` prints. */
export type VerbAnswer<State = unknown> =
  | {
      readonly ok: true;
      readonly changed: boolean;
      readonly satisfied: boolean;
      readonly before: State;
      readonly after: State;
      readonly output: readonly string[];
    }
  | { readonly ok: true; readonly detached: string /** job name; follow it with the `job` verb */ }
  | {
      readonly ok: false;
      readonly problem: string;
      readonly message: string;
      readonly output: readonly string[];
    };
