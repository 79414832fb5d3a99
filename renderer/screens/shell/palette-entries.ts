import type { FleetView } from '../../../common/model/views.ts';
import type { Place } from '../../stores/place.ts';
import type { Theme } from '../../stores/theme.ts';

export interface PaletteEntry {
  readonly key: string;
  readonly word: string;
  readonly kind: string;
  readonly place?: Place;
  readonly theme?: Theme;
}

export function paletteEntries(view: FleetView): readonly PaletteEntry[] {
  return [
    ...view.nodes.map((node) => ({
      key: `n ${node.id}`,
      word: node.id,
      kind: `server, ${node.state}`,
      place: { screen: 'node', nodeId: node.id } as const,
    })),
    ...view.clusters.map((cluster) => ({
      key: `c ${cluster.id}`,
      word: cluster.id,
      kind: `cluster, ${cluster.verdict.level}`,
      place: { screen: 'cluster', clusterId: cluster.id } as const,
    })),
    ...view.runs.map((run) => ({
      key: `r ${run.id}`,
      word: run.title,
      kind: `run, ${run.state}`,
      place: { screen: 'run', runId: run.id } as const,
    })),
    { key: 's fleet', word: 'Fleet', kind: 'screen', place: { screen: 'fleet' } },
    { key: 's runs', word: 'Runs', kind: 'screen', place: { screen: 'runs' } },
    { key: 's add', word: 'Add a server', kind: 'screen', place: { screen: 'add-server' } },
    { key: 't dark', word: 'Dark theme', kind: 'look', theme: 'dark' },
    { key: 't light', word: 'Light theme', kind: 'look', theme: 'light' },
    { key: 't system', word: 'Theme as the system', kind: 'look', theme: 'system' },
  ];
}

/** Names that start with what was typed first, then those that contain it, then those that have its letters in order. */
export function paletteMatches(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return entries;
  const rank = (entry: PaletteEntry): number => {
    const word = entry.word.toLowerCase();
    if (word.startsWith(wanted)) return 0;
    if (word.includes(wanted)) return 1;
    return hasInOrder(word, wanted) ? 2 : 3;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((ranked) => ranked.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((ranked) => ranked.entry);
}

function hasInOrder(word: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    const at = word.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
