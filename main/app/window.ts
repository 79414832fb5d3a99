import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { JsonFile } from '../store/json-file.ts';
import { pageUrl } from './page-file.ts';
import { placeWindow, smallestWindow, type WindowPlace } from './window-place.ts';

export interface WindowOptions {
  readonly preload: string;
  readonly place: JsonFile<WindowPlace>;
  /** The page has been loaded, for the first time or anew: it has nothing yet. */
  readonly onLoaded: (window: BrowserWindow) => void;
  readonly onClosed: (window: BrowserWindow) => void;
}

/** Opens the window where it was last time; it is shown once it has something to show. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const place = options.place.value;
  const window = new BrowserWindow({
    ...placeWindow(
      place,
      screen.getAllDisplays().map((display) => display.workArea),
    ),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: 'Mailyard',
    // As the page's own background, so that nothing flashes before the first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#101418' : '#f6f7f9',
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Would fetch dictionaries from the network.
      spellcheck: false,
    },
  });
  if (place.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.webContents.on('did-finish-load', () => options.onLoaded(window));
  window.on('close', () => rememberPlace(window, options.place));
  window.on('closed', () => options.onClosed(window));
  void window.loadURL(pageUrl);
  return window;
}

/** Written in the background: whoever quits waits for `place.settled()`. */
export function rememberPlace(window: BrowserWindow, place: JsonFile<WindowPlace>): void {
  place.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }).catch((error: unknown) => {
    console.error('Could not remember the window’s place:', error);
  });
}
