import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailyardBridge } from '../../common/ipc/contract.ts';
import { repositoryRoot } from '../support/electron/build.ts';
import { withDisplay } from '../support/electron/display.ts';
import { resolveElectron } from '../support/electron/resolve-electron.ts';
import { type LaunchedApp, launchApp } from '../support/ui/launch-app.ts';

/** What the page sees of it, inside `page.evaluate`. */
type PageWindow = Window & { readonly mailyard: MailyardBridge; readonly injected?: boolean };

describe('the window', () => {
  let launched: LaunchedApp;
  let outside: Server;
  let outsideUrl: string;
  let visits = 0;

  beforeAll(async () => {
    outside = createServer((_request, response) => {
      visits++;
      response.end('outside');
    });
    await once(outside.listen(0, '127.0.0.1'), 'listening');
    outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
    launched = await launchApp({
      // The tests below try what the policy forbids, and Chromium says so on the console.
      expectedLines: [
        /^page error: .*(Content Security Policy|ERR_FAILED|ERR_BLOCKED_BY_CLIENT|Not allowed to)/,
      ],
    });
  });
  afterAll(async () => {
    outside.close();
    await launched?.close();
  });

  it('is served from app:// under a policy that takes nothing from elsewhere', async () => {
    expect(launched.page.url()).toBe('app://mailyard/index.html');
    const policy = await launched.app.evaluate(async ({ net }) => {
      const response = await net.fetch('app://mailyard/index.html');
      return response.headers.get('content-security-policy');
    });
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy?.split('; ')).toContain(part);
    }
  });

  it('serves no file outside the built page', async () => {
    const statuses = await launched.app.evaluate(async ({ net }) => {
      const addresses = [
        'app://mailyard/../main/index.js',
        'app://mailyard/%2e%2e/main/index.js',
        'app://x/',
      ];
      return Promise.all(addresses.map(async (address) => (await net.fetch(address)).status));
    });
    expect(statuses).toEqual([404, 404, 404]);
  });

  it('runs no script but its own', async () => {
    const injected = await launched.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      return (window as unknown as PageWindow).injected ?? false;
    });
    expect(injected).toBe(false);
  });

  it('reaches no network', async () => {
    await launched.page.evaluate(async (url) => {
      await fetch(url).catch(() => undefined);
      const image = new Image();
      image.src = url;
      await image.decode().catch(() => undefined);
    }, outsideUrl);
    expect(visits).toBe(0);
  });

  it('has no Node, only the bridge', async () => {
    const seen = await launched.page.evaluate(() => ({
      node: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window),
      bridge: Object.keys((window as unknown as PageWindow).mailyard).sort(),
    }));
    expect(seen).toEqual({ node: [], bridge: ['onEvent', 'request'] });
  });

  it('is sandboxed and isolated', async () => {
    const preferences = await launched.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const all = contents.getLastWebPreferences();
      return ['sandbox', 'contextIsolation', 'nodeIntegration', 'webviewTag'].map(
        (name) => all[name] ?? false,
      );
    });
    expect(preferences).toEqual([true, true, false, false]);
  });

  it.each(['outside', 'file:///etc/hostname', 'data:text/html,hello'])(
    'does not leave for %s',
    async (to) => {
      await launched.page.evaluate((url) => window.location.assign(url), to === 'outside' ? outsideUrl : to);
      await launched.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      expect(launched.page.url()).toBe('app://mailyard/index.html');
      expect(visits).toBe(0);
    },
  );

  it('opens no further windows', async () => {
    const opened = await launched.page.evaluate((url) => window.open(url) !== null, outsideUrl);
    const windows = await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect({ opened, windows, visits }).toEqual({ opened: false, windows: 1, visits: 0 });
  });

  it('is granted nothing', async () => {
    const answers = await launched.page.evaluate(async () => ({
      notifications: await Notification.requestPermission(),
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'granted',
        (error: DOMException) => error.name,
      ),
      place: (await navigator.permissions.query({ name: 'geolocation' })).state,
    }));
    expect(answers.notifications).toBe('denied');
    expect(answers.camera).not.toBe('granted');
    expect(answers.place).not.toBe('granted');
  });

  it('is refused what the contract does not name', async () => {
    const result = await launched.page.evaluate(() =>
      (window as unknown as PageWindow).mailyard.request('constructor' as never, {} as never),
    );
    expect(result).toMatchObject({ ok: false, problem: 'bad-input' });
  });

  it('is told who runs it, and follows the theme that was chosen', async () => {
    const info = await launched.page.evaluate(() =>
      (window as unknown as PageWindow).mailyard.request('app.info', {}),
    );
    expect(info).toMatchObject({ ok: true, value: { version: '0.1.0', platform: process.platform } });
    for (const theme of ['dark', 'light'] as const) {
      await launched.page.evaluate(
        (chosen) => (window as unknown as PageWindow).mailyard.request('settings.set', { theme: chosen }),
        theme,
      );
      await launched.page.waitForFunction(
        (chosen) => window.matchMedia(`(prefers-color-scheme: ${chosen})`).matches,
        theme,
      );
    }
  });
});

describe('the app', () => {
  it('opens again where it was, in the theme that was chosen', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'mailyard-ui-'));
    try {
      const first = await launchApp({ dataFolder });
      await first.page.evaluate(() =>
        (window as unknown as PageWindow).mailyard.request('settings.set', { theme: 'dark' }),
      );
      const bounds = { x: 120, y: 80, width: 1111, height: 777 };
      await first.app.evaluate(({ BrowserWindow }, wanted) => {
        BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
      }, bounds);
      await first.close();

      const second = await launchApp({ dataFolder });
      const found = await second.app.evaluate(({ BrowserWindow, nativeTheme }) => ({
        bounds: BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
        theme: nativeTheme.themeSource,
      }));
      await second.close();
      expect(found).toEqual({ bounds, theme: 'dark' });
    } finally {
      await rm(dataFolder, { recursive: true, force: true });
    }
  });

  it('runs once for one data folder', async () => {
    const first = await launchApp();
    const [{ path }, display] = await Promise.all([resolveElectron(() => undefined), withDisplay()]);
    const second = spawn(path, [repositoryRoot, '--no-sandbox', '--disable-gpu'], {
      stdio: 'ignore',
      env: { ...process.env, ...display.env, MAILYARD_DATA: first.dataFolder },
    });
    const [code] = (await once(second, 'exit')) as [number];
    const windows = first.app.windows().length;
    await first.close();
    expect({ code, windows }).toEqual({ code: 0, windows: 1 });
  });

  it('starts its services again when their process dies, and answers', async () => {
    const launched = await launchApp({ expectedLines: [/^The services ended with code/] });
    const services = (): Promise<number | undefined> =>
      launched.app.evaluate(
        ({ app }) => app.getAppMetrics().find((one) => one.name === 'Mailyard Services')?.pid,
      );
    const ask = (): Promise<unknown> =>
      launched.page.evaluate(() => (window as unknown as PageWindow).mailyard.request('fleet.view', {}));
    expect(await ask()).toMatchObject({ ok: true });
    const before = await services();
    process.kill(Number(before), 'SIGKILL');
    await expect.poll(ask, { timeout: 10_000 }).toMatchObject({ ok: true });
    const after = await services();
    await launched.close();
    expect(after).not.toBe(before);
  });
});
