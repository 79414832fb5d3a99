import type { Run } from '../../../common/model/run.ts';

/** What cancelling this run now will do, or why it cannot be cancelled; read from the step that runs. */
export function cancelWords(run: Run): { readonly allowed: boolean; readonly words: string } {
  const current = run.steps.find((step) => step.state === 'now' || step.state === 'undoing');
  const left = 'What is done so far stays as it is until you undo it.';
  if (run.state === 'cancelling') return { allowed: false, words: 'It is stopping already.' };
  if (!run.may.includes('cancel')) {
    return {
      allowed: false,
      words: current
        ? `“${current.title}” cannot be stopped half-way; it ends by itself.`
        : 'There is nothing to cancel now.',
    };
  }
  if (!current) return { allowed: true, words: `Stops before the next step. ${left}` };
  return current.cancel === 'now'
    ? { allowed: true, words: `Stops “${current.title}” at once. ${left}` }
    : { allowed: true, words: `Finishes “${current.title}”, then stops. ${left}` };
}

/** What undoing would put back, newest change first. */
export function undoWords(run: Run): string {
  const back = run.steps.filter(
    (step) =>
      step.undoable && ['done', 'failed', 'unknown', 'now'].includes(step.state) && step.changes !== '',
  );
  if (back.length === 0) return 'Looks at every step and puts back what was changed.';
  const names = back.map((step) => step.title.toLowerCase()).reverse();
  if (names.length <= 3) return `Puts back: ${names.join('; ')}.`;
  return `Puts back ${names.length} changes, newest first: ${names.slice(0, 2).join('; ')}; …`;
}
