import type { PlanStep } from '../../../common/model/run.ts';

/** What outlives this console and what can be put back, read from the steps. */
export function Lasting({ steps }: { readonly steps: readonly PlanStep[] }) {
  const changing = steps.filter((step) => step.changes !== '');
  const fixed = changing.filter((step) => !step.undoable);
  return (
    <section>
      <h2>If this console dies meanwhile</h2>
      <p className="dim">
        What runs on a server ends there by itself. The journal on this machine knows how far it came: the run
        is then shown as interrupted, to resume or to undo.{' '}
        {changing.length > 0 && fixed.length === 0 && 'Every change can be undone.'}
        {fixed.length > 0 &&
          `Not undone by itself: ${fixed.map((step) => step.title.toLowerCase()).join('; ')}.`}
      </p>
    </section>
  );
}
