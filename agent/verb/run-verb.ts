import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbAnswer } from '../../common/verbs/verb.ts';
import { maxVerbRequestBytes } from '../../common/verbs/verb-request.ts';
import { performVerb } from './perform-verb.ts';
import { readStdin } from './read-stdin.ts';
import { nodeSurroundings } from './surroundings.ts';

/** `verb NAME`: JSON in, JSON out; exit 0 when the answer is ok, 1 when not. */
export async function runVerb(name: string): Promise<number> {
  let answer: VerbAnswer;
  try {
    answer = await performVerb(name, await readStdin(maxVerbRequestBytes, 30_000), nodeSurroundings);
  } catch (error) {
    const known = OpsError.from(error);
    answer = { ok: false, problem: known.problem, message: known.message, output: [] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return answer.ok ? 0 : 1;
}
