import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

const names = [
  'bg',
  'panel',
  'raised',
  'line',
  'line-strong',
  'ink',
  'ink2',
  'ink3',
  'accent',
  'ok',
  'ok-fill',
  'warn',
  'bad',
  'move',
  'unk',
  'unk-fill',
] as const;
export type Colours = Readonly<Record<(typeof names)[number], string>>;

/** The theme's colours as values, for canvas and recharts; new ones when the theme changes. */
export function useColours(): Colours {
  const scheme = useComputedColorScheme('dark');
  return useMemo(() => {
    void scheme;
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    ) as Colours;
  }, [scheme]);
}
