/** What steps may touch, made of the doors that the composition hands in. */
import { type Fleet, type NodeId, nodeOf } from '../../common/model/fleet.ts';
import type { Samples } from '../../common/model/metric.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import type { Progress } from '../../common/model/run.ts';
import type { StepContext } from '../../common/roles/step.ts';
import type { Verb } from '../../common/verbs/verb.ts';
import type { NodeDoor, VerbResult } from './node-door.ts';
import { waitFor } from './wait-for.ts';

export interface StepTools {
  readonly door: NodeDoor;
  readonly operator: string;
  /** Live facts only; null when the node is not live. */
  reading(nodeId: NodeId, role: string): RoleReading | null;
  samples(nodeId: NodeId): Samples | null;
  template(path: string): Promise<string>;
  secret(name: string): Promise<string>;
}

/** The run and step that the context is for. */
export interface StepPlace {
  readonly runId: string;
  readonly stepId: string;
  readonly epoch: number;
  readonly fleet: Fleet;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  output(line: string): void;
  progress(progress: Progress): void;
  factsOf(stepId: string): unknown;
  /** Told of each secret handed out, so that it can be kept out of everything that is shown. */
  hide(secret: string): void;
}

export function stepContext(tools: StepTools, place: StepPlace): StepContext {
  const { signal, fleet } = place;
  const call = <Input, State>(
    nodeId: NodeId,
    verb: Verb<Input, State>,
    input: Input,
    mode: 'look' | 'apply',
  ): Promise<VerbResult<State>> => {
    const node = nodeOf(fleet, nodeId);
    if (!node) throw new OpsError('bad-input', `The fleet has no node ${nodeId}.`);
    const { operator } = tools;
    const { epoch, timeoutMs, output } = place;
    return tools.door.call({
      ...{ node, verb, input, mode, epoch, operator, signal, timeoutMs, output },
      ...{ run: place.runId, step: place.stepId },
    });
  };
  return {
    runId: place.runId,
    fleet,
    signal,
    output: place.output,
    progress: place.progress,
    verb: async (nodeId, verb, input) => (await call(nodeId, verb, input, 'apply')).state,
    look: (nodeId, verb, input) => call(nodeId, verb, input, 'look'),
    reading: (nodeId, role) => tools.reading(nodeId, role),
    samples: (nodeId) => tools.samples(nodeId),
    waitFor: (whatFor, check, options) => waitFor(whatFor, check, { ...options, signal }),
    factsOf: (stepId) => place.factsOf(stepId),
    template: (path) => tools.template(path),
    async secret(name) {
      const value = await tools.secret(name);
      place.hide(value);
      return value;
    },
  };
}
