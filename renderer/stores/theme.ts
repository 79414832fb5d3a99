import { create } from 'zustand';
import type { Settings } from '../../common/ipc/contract.ts';
import { ask } from '../bridge/bridge.ts';

export type Theme = Settings['theme'];

interface ThemeStore {
  readonly theme: Theme;
  load(): Promise<void>;
  choose(theme: Theme): Promise<void>;
}

export const useTheme = create<ThemeStore>((set) => ({
  theme: 'system',
  load: async () => {
    const answer = await ask('settings.get', {});
    if (answer.ok) set({ theme: answer.value.theme });
  },
  choose: async (theme) => {
    set({ theme });
    await ask('settings.set', { theme });
  },
}));
