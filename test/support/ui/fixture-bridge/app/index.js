/** A bare Electron host for out/fixture: the same scheme and content policy as the app, none of its processes. */
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { app, BrowserWindow, protocol } from 'electron';

const root = resolve(import.meta.dirname, '../../../../../out/fixture');
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'; base-uri 'none'; frame-ancestors 'none'";

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
app.on('window-all-closed', () => app.quit());
// Not awaited here: Electron is ready only after this module was evaluated.
void app.whenReady().then(async () => {
  protocol.handle('app', async (request) => {
    const path = join(root, new URL(request.url).pathname);
    if (!path.startsWith(root)) return new Response('', { status: 404 });
    const body = await readFile(path).catch(() => null);
    if (body === null) return new Response('', { status: 404 });
    return new Response(body, {
      headers: { 'content-type': types[extname(path)] ?? 'text/plain', 'content-security-policy': policy },
    });
  });
  const window = new BrowserWindow({ width: 1440, height: 900, useContentSize: true, show: true });
  await window.loadURL(
    `app://mailyard/index.html?${process.env['MAILYARD_FIXTURE'] ?? 'scenario=calm&theme=dark'}`,
  );
});
