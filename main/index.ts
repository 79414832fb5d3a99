/**
 * The main process: constructs, wires, starts. It answers what only Electron can answer and hands everything
 * else to the services' process, so that it is always idle enough to keep the window smooth.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import type { Settings } from '../common/ipc/contract.ts';
import { runBackend } from './app/backend-process.ts';
import { applyTheme, chooseFleetFile, createMainAnswers } from './app/main-answers.ts';
import { setMenu } from './app/menu.ts';
import { registerPageScheme, servePage } from './app/protocol.ts';
import { hardenApp } from './app/security.ts';
import { openWindow, rememberPlace } from './app/window.ts';
import { firstPlace, windowPlaceSchema } from './app/window-place.ts';
import { BackendClient } from './ipc/backend-client.ts';
import { serveWindow } from './ipc/serve-window.ts';
import { dataFolder } from './store/data-folder.ts';
import { JsonFile } from './store/json-file.ts';
import { defaultSettings, settingsSchema } from './store/settings.ts';

const built = join(import.meta.dirname, '..');
const data = dataFolder();

// Root has no sandbox on Linux, and this call would undo --no-sandbox and with it the start.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
registerPageScheme();
// Chromium's caches stay apart from what is the operator's.
app.setPath('userData', join(data, 'window'));

if (app.requestSingleInstanceLock()) start().catch(giveUp);
else app.quit();

async function start(): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const settings = await JsonFile.open(join(data, 'settings.json'), settingsSchema, defaultSettings);
  const place = await JsonFile.open(join(data, 'window-place.json'), windowPlaceSchema, firstPlace);
  await app.whenReady();

  const client = new BackendClient();
  const answers = createMainAnswers(app, settings, showMenu);
  applyTheme(settings.value.theme);
  hardenApp(app);
  servePage(session.defaultSession, join(built, 'renderer'));
  const backend = runBackend({
    script: join(built, 'main', 'backend.js'),
    client,
    env: { ...process.env, MAILYARD_DATA: data },
  });
  serveWindow(answers, client);
  showMenu(settings.value.theme);
  open();
  openNamedFleet(client, app.commandLine.getSwitchValue('fleet'));

  app.on('second-instance', () => focusOr(open));
  app.on('activate', () => focusOr(open));
  app.on('window-all-closed', () => app.quit());
  quitAfter(async () => {
    for (const window of BrowserWindow.getAllWindows()) rememberPlace(window, place);
    await Promise.all([backend.stop(), settings.settled(), place.settled()]);
  });

  function open(): void {
    const window = openWindow({
      preload: join(built, 'preload', 'index.cjs'),
      place,
      onLoaded: (loaded) => client.stream(loaded.webContents),
      onClosed: () => client.forget(contents),
    });
    const contents = window.webContents;
  }

  function showMenu(theme: Settings['theme']): void {
    setMenu(
      {
        openFleetFile: () => void openFleetFile(client),
        closeFleet: () => void client.request('fleet.close', {}),
        setTheme: (chosen) => void answers['settings.set']({ theme: chosen }),
      },
      theme,
      app.isPackaged,
    );
  }
}

/** `--fleet=FILE`, as scripts and tests start the app. What is wrong with the file, the window shows. */
function openNamedFleet(client: BackendClient, path: string): void {
  if (path !== '') void client.request('fleet.open', { path: resolve(path) });
}

async function openFleetFile(client: BackendClient): Promise<void> {
  const path = await chooseFleetFile();
  if (path !== null) await client.request('fleet.open', { path });
}

function focusOr(open: () => void): void {
  const window = BrowserWindow.getAllWindows()[0];
  if (!window) {
    open();
    return;
  }
  if (window.isMinimized()) window.restore();
  window.focus();
}

function giveUp(error: unknown): void {
  console.error('Mailyard could not start:', error);
  app.exit(1);
}

/** Holds the first quit until the services have closed what they hold. */
function quitAfter(stop: () => Promise<void>): void {
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}
