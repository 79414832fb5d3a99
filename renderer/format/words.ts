import type { LinkState } from '../../common/model/link.ts';
import type { Severity } from '../../common/model/reading.ts';
import type { RunState, StepState } from '../../common/model/run.ts';
import type { NodeState, VerdictLevel } from '../../common/model/views.ts';

/** Which of the few colours: ok and calm are nearly grey. */
export type Tone = 'ok' | 'calm' | 'warn' | 'bad' | 'move' | 'unk';

export interface Said {
  readonly word: string;
  /** One letter, for cells too small for a word. */
  readonly letter: string;
  readonly tone: Tone;
}

export const nodeStateSaid: Readonly<Record<NodeState, Said>> = {
  healthy: { word: 'healthy', letter: 'h', tone: 'ok' },
  degraded: { word: 'degraded', letter: 'd', tone: 'warn' },
  failing: { word: 'failing', letter: 'f', tone: 'bad' },
  suspect: { word: 'suspect', letter: 's', tone: 'warn' },
  unreachable: { word: 'unreachable', letter: 'x', tone: 'bad' },
  draining: { word: 'draining', letter: 'o', tone: 'move' },
  drained: { word: 'drained', letter: 'o', tone: 'calm' },
  joining: { word: 'joining', letter: 'j', tone: 'move' },
  maintenance: { word: 'maintenance', letter: 'm', tone: 'calm' },
  unknown: { word: 'unknown', letter: '?', tone: 'unk' },
};

export const verdictTone: Readonly<Record<VerdictLevel, Tone>> = {
  redundant: 'calm',
  'at-risk': 'warn',
  failing: 'bad',
  unknown: 'unk',
};

export const severityTone: Readonly<Record<Severity, Tone>> = {
  info: 'calm',
  warning: 'warn',
  critical: 'bad',
};

export const runStateSaid: Readonly<Record<RunState, { readonly word: string; readonly tone: Tone }>> = {
  running: { word: 'running', tone: 'move' },
  cancelling: { word: 'cancelling', tone: 'move' },
  undoing: { word: 'undoing', tone: 'move' },
  succeeded: { word: 'succeeded', tone: 'ok' },
  failed: { word: 'failed', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: 'calm' },
  undone: { word: 'undone', tone: 'calm' },
  interrupted: { word: 'interrupted', tone: 'warn' },
  unknown: { word: 'outcome unknown', tone: 'warn' },
};

export const stepStateSaid: Readonly<Record<StepState, { readonly word: string; readonly tone: Tone }>> = {
  will: { word: 'will be done', tone: 'calm' },
  now: { word: 'running now', tone: 'move' },
  done: { word: 'done', tone: 'ok' },
  already: { word: 'was so already', tone: 'ok' },
  undoing: { word: 'being undone', tone: 'move' },
  undone: { word: 'undone', tone: 'calm' },
  failed: { word: 'failed', tone: 'bad' },
  unknown: { word: 'outcome unknown', tone: 'warn' },
  'not-reached': { word: 'not reached', tone: 'calm' },
};

export const linkWord: Readonly<Record<LinkState, string>> = {
  idle: 'not connected yet',
  connecting: 'connecting',
  syncing: 'catching up',
  live: 'live',
  suspect: 'suspect',
  lost: 'lost',
  refused: 'refused',
};

/** 'mx: redundant, tolerates 1 loss' without the name that stands beside it anyway. */
export function withoutName(words: string, name: string): string {
  return words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words;
}

/** The first sentence is the headline, the others explain. A dot inside a number or a name ends nothing. */
export function headline(sentence: string): { readonly first: string; readonly rest: string } {
  const end = /[.!?](?=\s+\p{Lu})/u.exec(sentence);
  if (!end) return { first: sentence, rest: '' };
  const cut = end.index + 1;
  return { first: sentence.slice(0, cut), rest: sentence.slice(cut).trim() };
}

/** '1 session', '2 sessions' */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
