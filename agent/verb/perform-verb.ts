/**
 * One verb from request to answer: read strictly, look, act under the gate,
 * look again, write down. Pure of process matters, so that the simulated fleet
 * runs the very same thing on its own world.
 */
import type { z } from 'zod';
import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbCaller, VerbHost } from '../../common/roles/host.ts';
import { verbs } from '../../common/verbs/index.ts';
import type { AnyVerb, VerbAnswer, VerbRequest } from '../../common/verbs/verb.ts';
import { verbRequestSchema } from '../../common/verbs/verb-request.ts';
import type { EpochGate } from './epoch-gate.ts';
import { type JournalEntry, redactedInput } from './node-journal.ts';

export interface VerbSurroundings {
  /** Other than all there are, for the simulated fleet. */
  readonly verbs?: ReadonlyMap<string, AnyVerb>;
  host(caller: VerbCaller, output: (line: string) => void): VerbHost & { dispose?(): void };
  readonly gate: EpochGate;
  journal(entry: JournalEntry): Promise<void>;
  /** Hands a detached verb to its own unit; answers the job's name. */
  detach(request: VerbRequest, verb: AnyVerb): Promise<string>;
}

/** Never throws: what went wrong is the answer. */
export async function performVerb(
  name: string,
  text: string,
  surroundings: VerbSurroundings,
): Promise<VerbAnswer> {
  const output: string[] = [];
  try {
    const { verb, request } = readRequest(name, text, surroundings.verbs);
    return await performRead(verb, request, surroundings, output);
  } catch (error) {
    return refusal(error, output);
  }
}

/** The rest of a detached verb: it has been read and detached already. */
export async function performDetached(
  verb: AnyVerb,
  request: VerbRequest,
  surroundings: VerbSurroundings,
  onOutput: (line: string) => void,
): Promise<VerbAnswer> {
  const output: string[] = [];
  const host = surroundings.host(callerOf(request), onOutput);
  try {
    const answer = await surroundings.gate.pass(host, () => act(verb, request, host, output));
    await journalled(verb, request, answer, surroundings);
    return answer;
  } catch (error) {
    const answer = refusal(error, output);
    await journalled(verb, request, answer, surroundings);
    return answer;
  } finally {
    host.dispose?.();
  }
}

/** Throws: OpsError 'bad-input' for an unknown verb, a field that nobody named, a value out of range. */
export function readRequest(
  name: string,
  text: string,
  known: ReadonlyMap<string, AnyVerb> = verbs,
): { verb: AnyVerb; request: VerbRequest } {
  const verb = known.get(name);
  if (verb === undefined) {
    throw new OpsError(
      'bad-input',
      `This agent has no verb ${JSON.stringify(name.slice(0, 40))}. A newer agent may.`,
    );
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new OpsError('bad-input', `The request to ${name} is not JSON.`);
  }
  const request = checked(verbRequestSchema, raw, `The request to ${name}`);
  return { verb, request: { ...request, input: checked(verb.input, request.input, `The input of ${name}`) } };
}

async function performRead(
  verb: AnyVerb,
  request: VerbRequest,
  surroundings: VerbSurroundings,
  output: string[],
): Promise<VerbAnswer> {
  const host = surroundings.host(callerOf(request), (line) => void output.push(line));
  try {
    if (request.mode === 'look' || verb.apply === undefined) {
      const { satisfied, state } = await verb.observe(host, request.input);
      return { ok: true, changed: false, satisfied, before: state, after: state, output };
    }
    const answer = verb.detached
      ? await beginDetached(verb, request, host, surroundings, output)
      : await surroundings.gate.pass(host, () => act(verb, request, host, output));
    await journalled(verb, request, answer, surroundings);
    return answer;
  } catch (error) {
    const answer = refusal(error, output);
    if (request.mode === 'apply') await journalled(verb, request, answer, surroundings);
    return answer;
  } finally {
    host.dispose?.();
  }
}

async function act(
  verb: AnyVerb,
  request: VerbRequest,
  host: VerbHost,
  output: readonly string[],
): Promise<VerbAnswer> {
  const before = await verb.observe(host, request.input);
  const always = verb.always?.(request.input) === true;
  if (verb.apply === undefined || (before.satisfied && !always)) {
    return {
      ok: true,
      changed: false,
      satisfied: before.satisfied,
      before: before.state,
      after: before.state,
      output,
    };
  }
  await verb.apply(host, request.input, before.state);
  const after = await verb.observe(host, request.input);
  return {
    ok: true,
    changed: true,
    satisfied: after.satisfied,
    before: before.state,
    after: after.state,
    output,
  };
}

async function beginDetached(
  verb: AnyVerb,
  request: VerbRequest,
  host: VerbHost,
  surroundings: VerbSurroundings,
  output: readonly string[],
): Promise<VerbAnswer> {
  const before = await verb.observe(host, request.input);
  if (before.satisfied) {
    return { ok: true, changed: false, satisfied: true, before: before.state, after: before.state, output };
  }
  return await surroundings.gate.pass(host, async () => ({
    ok: true,
    detached: await surroundings.detach(request, verb),
  }));
}

async function journalled(
  verb: AnyVerb,
  request: VerbRequest,
  answer: VerbAnswer,
  surroundings: VerbSurroundings,
): Promise<void> {
  await surroundings.journal({
    verb: verb.name,
    operator: request.operator,
    run: request.run,
    step: request.step,
    epoch: request.epoch,
    mode: request.mode,
    input: redactedInput(request.input, verb.secretFields ?? []),
    result: resultInWords(answer),
    failed: !answer.ok,
  });
}

function resultInWords(answer: VerbAnswer): string {
  if (!answer.ok) return `refused or failed, ${answer.problem}: ${answer.message}`;
  if ('detached' in answer) return `started as job ${answer.detached}`;
  if (!answer.changed) return 'was so already';
  return answer.satisfied ? 'done' : 'done, but not observed to be so';
}

function refusal(error: unknown, output: readonly string[]): VerbAnswer {
  const known = OpsError.from(error);
  return { ok: false, problem: known.problem, message: known.message, output };
}

function callerOf({ operator, run, step, epoch }: VerbRequest): VerbCaller {
  return { operator, run, step, epoch };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new OpsError(
    'bad-input',
    `${what} is not understood${where}: ${issue?.message ?? 'it is malformed'}.`,
  );
}
