/**
 * The node door over SSH: `verb NAME`, JSON on stdin, JSON out.
 *
 * A short verb dies or ends with its connection; whoever called looks
 * afterwards. A detached one lives in a unit of its own on the node: the door
 * follows it through lost links, and finds it again when the console was
 * restarted in the middle (its name is made of run and step).
 */
import type { NodeId } from '../common/model/fleet.ts';
import { OpsError, type OpsProblem, opsProblems } from '../common/model/ops-error.ts';
import { plainText } from '../common/protocol/plain-text.ts';
import { jobVerb } from '../common/verbs/job.ts';
import type { AnyVerb, VerbAnswer, VerbRequest } from '../common/verbs/verb.ts';
import { jobName, maxVerbAnswerBytes, verbAnswerSchema } from '../common/verbs/verb-request.ts';
import type { NodeDoor, VerbCall, VerbResult } from './runbooks/node-door.ts';
import { pause } from './runbooks/wait-for.ts';
import type { SshConnection } from './ssh/transport.ts';

export interface Connections {
  get(nodeId: NodeId, signal?: AbortSignal): Promise<SshConnection>;
}

interface AnyCall extends Omit<VerbCall<unknown, unknown>, 'verb'> {
  readonly verb: AnyVerb;
}

const followEveryMs = 400;
/** Longest single exchange; what takes longer is a detached verb. */
const longestExchangeMs = 120_000;

export function sshNodeDoor(connections: Connections): NodeDoor {
  return {
    async call<Input, State>(call: VerbCall<Input, State>): Promise<VerbResult<State>> {
      const anyCall = call as unknown as AnyCall;
      let answer: VerbAnswer;
      if (call.verb.detached && call.mode === 'apply') {
        // It may be running since before we were restarted; starting it again would wait for itself.
        answer =
          (await followJob(connections, anyCall, jobOf(call), 'when-there')) ??
          (await ask(connections, anyCall));
        if (answer.ok && 'detached' in answer) {
          answer = (await followJob(connections, anyCall, answer.detached, 'must-be-there')) ?? answer;
        }
      } else {
        answer = await ask(connections, anyCall);
      }
      return readAnswer(call, answer);
    },
  };
}

function jobOf(call: { readonly run: string; readonly step: string }): string {
  return jobName(call.run, call.step);
}

/** One exchange over the node's connection. */
async function ask(connections: Connections, call: AnyCall): Promise<VerbAnswer> {
  const { node, verb, signal } = call;
  const request: VerbRequest = {
    ...{ epoch: call.epoch, operator: call.operator, mode: call.mode },
    ...{ run: call.run, step: call.step, input: call.input },
  };
  const connection = await connections.get(node.id, signal);
  const answered = await connection.exec(`verb ${verb.name}`, {
    stdin: JSON.stringify(request),
    timeoutMs: Math.min(call.timeoutMs, longestExchangeMs),
    maxBytes: maxVerbAnswerBytes,
    signal,
  });
  let answer: VerbAnswer;
  try {
    answer = verbAnswerSchema.parse(JSON.parse(answered.stdout));
  } catch (cause) {
    throw noAnswer(call, answered.code, answered.stderr, cause);
  }
  if (!('detached' in answer)) for (const line of answer.output) call.output(plainText(line));
  return answer;
}

/** Who answered was not our verb: sudo, sshd, another account's shell. */
function noAnswer(call: AnyCall, code: number, stderr: string, cause: unknown): OpsError {
  const said = plainText(stderr.trim().split('\n').at(-1) ?? '').slice(0, 300);
  const absent = code === 126 || code === 127;
  return new OpsError(
    absent ? 'version-mismatch' : 'command-failed',
    `${call.node.id} did not answer “verb ${call.verb.name}” as a Mailyard agent does (exit ${code}${said ? `: ${said}` : ''}). ${
      absent
        ? 'The agent is not installed there, or the account is not an operator’s; add the server again.'
        : 'Look at the agent on the node.'
    }`,
    cause,
  );
}

/**
 * The answer of a job when it has ended; its output as it comes.
 * 'when-there': null when the node knows no such job, or an old one that has ended.
 */
async function followJob(
  connections: Connections,
  call: AnyCall,
  name: string,
  wanted: 'when-there' | 'must-be-there',
): Promise<VerbAnswer | null> {
  const until = Date.now() + call.timeoutMs;
  let offset = 0;
  let rest = '';
  let seenRunning = wanted === 'must-be-there';
  let silent = false;
  for (;;) {
    call.signal.throwIfAborted();
    try {
      const looked = await ask(connections, {
        ...{ ...call, verb: jobVerb, mode: 'look', input: { name, offset }, timeoutMs: 20_000 },
        output: () => {},
      });
      if (!looked.ok) {
        if (!seenRunning && looked.problem === 'bad-input') return null;
        throw new OpsError(problemOf(looked.problem), plainText(looked.message));
      }
      if ('detached' in looked) throw new OpsError('internal', 'The job verb answered with a job.');
      const job = jobVerb.state.parse(looked.after) as JobState;
      if (silent) call.output(`${call.node.id} answers again`);
      silent = false;
      if (job.state !== 'running' && !seenRunning) return null;
      seenRunning = true;
      offset = job.nextOffset;
      const lines = (rest + job.output).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) call.output(plainText(line));
      if (job.state === 'done' && job.output === '') {
        if (rest) call.output(plainText(rest));
        return job.answer;
      }
      if (job.state === 'interrupted' || job.state === 'unknown') {
        throw new OpsError('command-failed', `${call.node.id}: ${plainText(job.detail)}`);
      }
      if (job.output !== '') continue;
    } catch (thrown) {
      const error = OpsError.from(thrown);
      call.signal.throwIfAborted();
      if (error.problem !== 'unreachable' && error.problem !== 'timeout') throw error;
      if (!silent) call.output(`${call.node.id} cannot be reached; the work goes on there, trying again`);
      silent = true;
      if (Date.now() > until) throw error;
    }
    if (Date.now() > until) {
      throw new OpsError(
        'timeout',
        `${call.node.id} still works at it after ${Math.round(call.timeoutMs / 1000)} s. It goes on there; look again later.`,
      );
    }
    await pause(silent ? followEveryMs * 3 : followEveryMs, call.signal);
  }
}

interface JobState {
  readonly state: 'running' | 'done' | 'interrupted' | 'unknown';
  readonly detail: string;
  readonly output: string;
  readonly nextOffset: number;
  readonly answer: VerbAnswer | null;
}

function readAnswer<Input, State>(call: VerbCall<Input, State>, answer: VerbAnswer): VerbResult<State> {
  const { node, verb } = call;
  if (!answer.ok) {
    throw new OpsError(problemOf(answer.problem), `${node.id}: ${plainText(answer.message)}`);
  }
  if ('detached' in answer) {
    throw new OpsError('internal', `${node.id} began “${verb.name}” as a job that nobody follows.`);
  }
  const state = verb.state.safeParse(answer.after);
  if (!state.success) {
    throw new OpsError(
      'version-mismatch',
      `${node.id} answered “${verb.name}” in a way that this console does not understand (${state.error.issues[0]?.path.join('.')}: ${state.error.issues[0]?.message}). Upgrade its agent.`,
    );
  }
  return { state: state.data, satisfied: answer.satisfied, changed: answer.changed };
}

function problemOf(text: string): OpsProblem {
  // What a node says of itself is its word, not a state of our link to it.
  const known = opsProblems.find((problem) => problem === text);
  return known === undefined || known === 'unreachable' ? 'command-failed' : known;
}
