/** Shows a run as it goes and turns Ctrl-C into what is honest: cancel once, leave on the second. */

import { OpsError } from '../../common/model/ops-error.ts';
import type { Run } from '../../common/model/run.ts';
import type { Engine } from '../runbooks/engine.ts';
import { stepWord } from './show-fleet.ts';

export interface Follow {
  readonly engine: Engine;
  readonly runId: string;
  /** The run before it was gone on with: what it said then is not said again. */
  readonly before?: Run;
  print(line: string): void;
}

/** dpkg counts to a hundred on one line of a terminal; here each would be a line. */
const repaint = /^\(Reading database \.\.\. (\d+%)?$/;

/** Resolves with the run when it has ended. */
export async function followRun({ engine, runId, before: earlier, print }: Follow): Promise<Run> {
  const told = new Map<string, { state: string; lines: number; progress: string }>(
    (earlier?.steps ?? []).map((step) => [
      step.id,
      { state: step.state, lines: step.output.length, progress: '' },
    ]),
  );
  const show = (run: Run): void => {
    if (run.id !== runId) return;
    for (const step of run.steps) {
      const before = told.get(step.id) ?? { state: 'will', lines: 0, progress: '' };
      const lines = Math.max(0, step.output.length - before.lines);
      for (const line of step.output.slice(step.output.length - lines)) {
        if (!repaint.test(line)) print(`      ${line}`);
      }
      const progress = step.progress?.text ?? '';
      if (progress && progress !== before.progress) print(`      ${progress}`);
      if (step.state !== before.state && step.state !== 'will') {
        const detail =
          step.error ?? (step.state === 'now' || step.state === 'undoing' ? '' : (step.after ?? ''));
        print(`  [${stepWord(step.state)}] ${step.title}${detail ? `: ${detail}` : ''}`);
      }
      told.set(step.id, { state: step.state, lines: step.output.length, progress });
    }
  };
  const stop = engine.onRun(show);
  let asked = false;
  const onInterrupt = (): void => {
    if (asked) {
      print(
        `Left. What runs on servers goes on there; look with “show ${runId}”, then “resume ${runId}” or “undo ${runId}”.`,
      );
      process.exit(7);
    }
    try {
      engine.cancel(runId);
      asked = true;
      const current = engine.get(runId).steps.find((step) => step.state === 'now');
      print(
        `Stopping ${current?.cancel === 'after-step' ? `after “${current.title}”` : 'now'}. What was done stays; “undo ${runId}” puts it back. Ctrl-C again leaves at once.`,
      );
    } catch (thrown) {
      print(OpsError.from(thrown).message);
    }
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    show(engine.get(runId));
    const run = await engine.settled(runId);
    show(run);
    return run;
  } finally {
    stop();
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
