import { type App, type Session, session, type WebContents } from 'electron';
import { isPageAddress } from './page-file.ts';

/**
 * What every page of this app may not do, whatever gets into it: leave `app://`, open windows, embed other
 * pages, ask for devices or permissions, reach the network.
 *
 * One exception: text may be copied to the clipboard (the commands of a plan), by our own page alone.
 */
export function hardenApp(app: App): void {
  app.on('web-contents-created', (_event, contents) => hardenContents(contents));
  app.on('session-created', hardenSession);
  hardenSession(session.defaultSession);
}

const allowedPermission = 'clipboard-sanitized-write';

function hardenSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permission === allowedPermission && isPageAddress(details.requestingUrl));
  });
  target.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === allowedPermission && isPageAddress(origin),
  );
  target.setDevicePermissionHandler(() => false);
  target.on('will-download', (event) => event.preventDefault());
  target.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isPageAddress(details.url) && !/^(devtools|data|blob):/.test(details.url) });
  });
}

function hardenContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
