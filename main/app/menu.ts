import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Settings } from '../../common/ipc/contract.ts';

export interface MenuActs {
  readonly openFleetFile: () => void;
  readonly closeFleet: () => void;
  readonly setTheme: (theme: Settings['theme']) => void;
}

const themes: readonly (readonly [Settings['theme'], string])[] = [
  ['system', 'As the System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** The menu of the whole app; call again when the theme changed. */
export function setMenu(acts: MenuActs, theme: Settings['theme'], isPackaged: boolean): void {
  const isMac = process.platform === 'darwin';
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: 'Open Fleet File…', accelerator: 'CmdOrCtrl+O', click: acts.openFleetFile },
      { label: 'Close Fleet', accelerator: 'CmdOrCtrl+Shift+W', click: acts.closeFleet },
      { type: 'separator' },
      isMac ? { role: 'close' } : { role: 'quit', accelerator: 'CmdOrCtrl+Q' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      {
        label: 'Theme',
        submenu: themes.map(([value, label]) => ({
          label,
          type: 'radio' as const,
          checked: value === theme,
          click: () => acts.setTheme(value),
        })),
      },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...developerItems(isPackaged),
    ],
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' as const }] : []),
      file,
      { role: 'editMenu' },
      view,
      { role: 'windowMenu' },
      { role: 'help', label: '&Help', submenu: [{ role: 'about' }] },
    ]),
  );
}

/** Reloading and DevTools are for those who build Mailyard, not for those who run mail with it. */
function developerItems(isPackaged: boolean): readonly MenuItemConstructorOptions[] {
  if (isPackaged) return [];
  return [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
}
