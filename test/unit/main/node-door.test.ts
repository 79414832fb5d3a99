/** What the door makes of answers and lost links. The real verb over a real sshd is shown in test/contract and test/lab. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OpsError } from '../../../common/model/ops-error.ts';
import { defineVerb } from '../../../common/verbs/verb.ts';
import { sshNodeDoor } from '../../../main/node-door-ssh.ts';
import type { ExecAnswer, SshConnection } from '../../../main/ssh/transport.ts';
import { fleetForTests } from '../runbooks/world.ts';

const short = defineVerb({
  name: 'short',
  input: z.strictObject({ wanted: z.string() }),
  state: z.strictObject({ is: z.string() }),
  detached: false,
  observe: async () => ({ satisfied: true, state: { is: '' } }),
});
const long = { ...short, name: 'long', detached: true };

interface Asked {
  readonly verb: string;
  readonly mode: string;
  readonly epoch: number;
}

/** A node that answers with these, one after the other; an Error is a lost link. */
function node(answers: (object | Error | Partial<ExecAnswer>)[]) {
  const asked: Asked[] = [];
  const exec = async (command: string, options?: { stdin?: string | Buffer }): Promise<ExecAnswer> => {
    const request = JSON.parse(String(options?.stdin)) as { mode: string; epoch: number };
    asked.push({ verb: command, mode: request.mode, epoch: request.epoch });
    const answer = answers.shift();
    if (!answer) throw new Error('asked once too often');
    if (answer instanceof Error) throw answer;
    if ('stdout' in answer) return { code: 0, stderr: '', stdout: '', ...answer };
    return { code: 0, stdout: JSON.stringify(answer), stderr: '' };
  };
  const output: string[] = [];
  const door = sshNodeDoor({ get: async () => ({ exec }) as unknown as SshConnection });
  const call = (verb: typeof short, mode: 'look' | 'apply' = 'apply') =>
    door.call({
      ...{ node: fleetForTests.nodes[0]!, verb, input: { wanted: 'x' }, mode, epoch: 7, operator: 'ada' },
      ...{ run: 'r1', step: 's1', timeoutMs: 20_000, signal: new AbortController().signal },
      output: (line) => output.push(line),
    });
  return { call, asked, output };
}

const done = {
  ok: true,
  changed: true,
  satisfied: true,
  before: { is: 'a' },
  after: { is: 'b' },
  output: ['hi'],
};
const job = (state: string, over: object = {}) => ({
  ...{ ok: true, changed: false, satisfied: true, before: {}, output: [] },
  after: { state, detail: '', output: '', nextOffset: 0, answer: null, ...over },
});
const noJob = { ok: false, problem: 'bad-input', message: 'This node knows no job', output: [] };

describe('the door to a node', () => {
  it('asks the verb with the epoch of the run and believes what was seen afterwards', async () => {
    const { call, asked, output } = node([done]);
    expect(await call(short)).toEqual({ state: { is: 'b' }, satisfied: true, changed: true });
    expect(asked).toEqual([{ verb: 'verb short', mode: 'apply', epoch: 7 }]);
    expect(output).toEqual(['hi']);
  });

  it('passes a refusal on with its problem and the node’s name', async () => {
    const { call } = node([{ ok: false, problem: 'lease-held', message: 'too old', output: [] }]);
    await expect(call(short)).rejects.toMatchObject({ problem: 'lease-held', message: 'mx1: too old' });
  });

  it.each([
    [{ stdout: 'sudo: a password is required', code: 1 }, 'command-failed'],
    [{ stdout: '', stderr: 'sh: 1: verb: not found', code: 127 }, 'version-mismatch'],
    [{ ...done, after: { was: 'b' } }, 'version-mismatch'],
    [{ ...done, extra: 1 }, 'command-failed'],
  ])('does not believe %j', async (answer, problem) => {
    await expect(node([answer]).call(short)).rejects.toMatchObject({ problem });
  });

  it('makes terminal escapes in what a node says harmless', async () => {
    const { call, output } = node([{ ...done, output: ['\u001b[2Jgone'] }]);
    await call(short);
    expect(output[0]).not.toContain('\u001b');
  });

  it('follows a job through a lost link to its end, and tells its output once', async () => {
    const { call, output } = node([
      noJob,
      { ok: true, detached: 'r1-s1' },
      job('running', { output: 'one\ntw', nextOffset: 6 }),
      job('running', { nextOffset: 6 }),
      new OpsError('unreachable', 'the link died'),
      job('done', { output: 'o\n', nextOffset: 8, answer: done }),
      job('done', { nextOffset: 8, answer: done }),
    ]);
    expect((await call(long)).state).toEqual({ is: 'b' });
    expect(output).toEqual(['one', expect.stringContaining('cannot be reached'), 'mx1 answers again', 'two']);
  });

  it('finds a job that runs since before the console was restarted, and does not start it again', async () => {
    const { call, asked } = node([job('running'), job('done', { answer: done })]);
    await call(long);
    expect(asked.map((one) => one.verb)).toEqual(['verb job', 'verb job']);
  });

  it('starts anew what an earlier job left undone', async () => {
    const { call, asked } = node([
      job('interrupted'),
      { ok: true, detached: 'r1-s1' },
      job('done', { answer: done }),
    ]);
    await call(long);
    expect(asked.map((one) => one.verb)).toEqual(['verb job', 'verb long', 'verb job']);
  });

  it('says what became of a job that a reboot ended', async () => {
    const { call } = node([
      noJob,
      { ok: true, detached: 'r1-s1' },
      job('interrupted', { detail: 'The node was restarted in the middle of it.' }),
    ]);
    await expect(call(long)).rejects.toMatchObject({
      problem: 'command-failed',
      message: expect.stringContaining('restarted') as unknown,
    });
  });
});
