/** Where one is. Pure UI state: a place, and the way back. */
import { create } from 'zustand';

export type Place =
  | { readonly screen: 'fleet' }
  | { readonly screen: 'cluster'; readonly clusterId: string }
  | { readonly screen: 'node'; readonly nodeId: string }
  | { readonly screen: 'runs' }
  | { readonly screen: 'run'; readonly runId: string }
  | { readonly screen: 'plan' }
  | { readonly screen: 'add-server' };

interface PlaceStore {
  readonly place: Place;
  readonly trail: readonly Place[];
  readonly paletteOpen: boolean;
  go(place: Place): void;
  /** One step back; the fleet when there is none. */
  back(): void;
  reset(): void;
  setPalette(open: boolean): void;
}

export const usePlace = create<PlaceStore>((set) => ({
  place: { screen: 'fleet' },
  trail: [],
  paletteOpen: false,
  go: (place) =>
    set((state) =>
      samePlace(state.place, place) ? state : { place, trail: [...state.trail, state.place].slice(-20) },
    ),
  back: () =>
    set((state) => ({ place: state.trail.at(-1) ?? { screen: 'fleet' }, trail: state.trail.slice(0, -1) })),
  reset: () => set({ place: { screen: 'fleet' }, trail: [] }),
  setPalette: (paletteOpen) => set({ paletteOpen }),
}));

export function samePlace(a: Place, b: Place): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
