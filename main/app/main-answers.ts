import { userInfo } from 'node:os';
import { type App, BrowserWindow, dialog, nativeTheme } from 'electron';
import type { Settings } from '../../common/ipc/contract.ts';
import type { MainAnswers } from '../ipc/serve-window.ts';
import type { JsonFile } from '../store/json-file.ts';

/** What the window asks that only Electron's own process can answer. */
export function createMainAnswers(
  app: App,
  settings: JsonFile<Settings>,
  onTheme: (theme: Settings['theme']) => void,
): MainAnswers {
  return {
    'app.info': () =>
      Promise.resolve({
        version: app.getVersion(),
        electron: process.versions.electron,
        platform: process.platform,
        operator: userInfo().username,
      }),
    'fleet.choose-file': () => chooseFleetFile(),
    'settings.get': () => Promise.resolve(settings.value),
    'settings.set': async (change) => {
      const next: Settings = { theme: change.theme ?? settings.value.theme };
      applyTheme(next.theme);
      await settings.set(next);
      onTheme(next.theme);
      return next;
    },
  };
}

export function applyTheme(theme: Settings['theme']): void {
  nativeTheme.themeSource = theme;
}

/** The fleet file that the operator picks; null when the dialog was dismissed. */
export async function chooseFleetFile(): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    title: 'Open a fleet file',
    properties: ['openFile'],
    filters: [
      { name: 'Fleet files', extensions: ['yaml', 'yml'] },
      { name: 'All files', extensions: ['*'] },
    ],
  };
  const window = BrowserWindow.getFocusedWindow();
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
  return answer.filePaths[0] ?? null;
}
