/**
 * How a run reaches a node: one verb at a time. Behind it stand SSH, the
 * gate's words and the following of detached jobs (main/node-door-ssh.ts).
 */
import type { NodeEntry } from '../../common/model/fleet.ts';
import type { Verb } from '../../common/verbs/verb.ts';

export interface VerbCall<Input, State> {
  readonly node: NodeEntry;
  readonly verb: Verb<Input, State>;
  readonly input: Input;
  /** `look` never changes anything. */
  readonly mode: 'look' | 'apply';
  readonly epoch: number;
  readonly operator: string;
  /** For the node's journal and the name of a detached unit; '-' outside runs. */
  readonly run: string;
  readonly step: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  output(line: string): void;
}

export interface VerbResult<State> {
  readonly state: State;
  readonly satisfied: boolean;
  readonly changed: boolean;
}

export interface NodeDoor {
  /**
   * Throws: OpsError 'unreachable' or 'timeout' when it is not known what
   * became of it; any other problem when the node said no.
   */
  call<Input, State>(call: VerbCall<Input, State>): Promise<VerbResult<State>>;
}
