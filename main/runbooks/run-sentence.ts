/** One sentence on a run: what it does, or how it ended and what may be done about it. */
import type { Run } from '../../common/model/run.ts';

export function runSentence(run: Omit<Run, 'sentence'>): string {
  const current = run.steps.find((step) => step.state === 'now' || step.state === 'undoing');
  const broken = run.steps.find((step) => step.state === 'failed' || step.state === 'unknown');
  const far = `${run.stepsDone} of ${run.stepsTotal} steps done`;
  switch (run.state) {
    case 'running':
      return `${run.title}: ${full(current?.progress?.text || current?.title || far)}`;
    case 'cancelling':
      return `${run.title}: stopping${current ? ` at “${current.title}”` : ''}. ${far}; they stay as they are until you undo them.`;
    case 'undoing':
      return `${run.title}: putting back${current ? ` “${current.title}”` : ''}.`;
    case 'succeeded':
      return `${run.title}: done. ${full(run.steps.findLast((step) => step.after)?.after ?? '')}`.trim();
    case 'failed':
      return `${run.title} failed${broken ? ` at “${broken.title}”: ${full(broken.error ?? 'no reason is known')}` : '.'} ${far}.`;
    case 'cancelled':
      return `${run.title} was stopped by the operator; ${far}, and they stay as they are until you undo them.`;
    case 'undone': {
      const kept = run.steps.filter((step) => step.state === 'done' && step.changes !== '');
      const except = kept.map((step) => `“${step.title}”`).join(', ');
      return `${run.title} was undone${except ? `, except ${except}, which cannot be put back` : ''}.`;
    }
    case 'interrupted':
      return `${run.title} was interrupted${broken ? ` at “${broken.title}”` : ''}: the console that ran it is gone; ${far}. Resume it or undo it.`;
    case 'unknown':
      return `${run.title}: it is not known how “${broken?.title ?? 'a step'}” ended. ${full(broken?.error ?? '')} Resume to look again, or undo.`;
  }
}

function full(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
