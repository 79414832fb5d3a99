import { useSyncExternalStore } from 'react';
import type { Tone } from '../format/words.ts';

const names = [
  ...(['bg', 'panel', 'raised', 'line', 'line-strong', 'ink', 'ink2', 'ink3', 'accent'] as const),
  ...(['ok', 'ok-fill', 'warn', 'bad', 'move', 'unk', 'unk-fill'] as const),
  ...(['mark-warn', 'mark-bad', 'mark-move', 'mark-calm', 'mark-ink'] as const),
] as const;
export type Colours = Readonly<Record<(typeof names)[number], string>>;

const attribute = 'data-mantine-color-scheme';
let known: { readonly scheme: string | null; readonly colours: Colours } | null = null;

function subscribe(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [attribute] });
  return () => observer.disconnect();
}

/** Read from the page itself, after the theme's attribute has changed: a render comes before that. */
function read(): Colours {
  const scheme = document.documentElement.getAttribute(attribute);
  if (known?.scheme !== scheme || known === null) {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    );
    known = { scheme, colours: colours as Colours };
  }
  return known.colours;
}

/** The theme's colours as values, for canvas and recharts; new ones when the theme changes. */
export function useColours(): Colours {
  return useSyncExternalStore(subscribe, read);
}

/** A state as a filled area: lighter than its ink, so that dark letters stand on it in both themes. */
export function markColour(tone: Tone, colours: Colours): string {
  switch (tone) {
    case 'ok':
      return colours['ok-fill'];
    case 'calm':
    case 'unk':
      return colours['mark-calm'];
    case 'warn':
    case 'bad':
    case 'move':
      return colours[`mark-${tone}`];
  }
}
