import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { pageFile, pageScheme } from './page-file.ts';

/** Nothing from the network, no plug-ins, no inline script; inline styles because the charts position by them. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Must be called before Electron is ready: the scheme is a normal, secure origin. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves the built page under `app://mailyard/`, and nothing else. */
export function servePage(session: Session, root: string): void {
  session.protocol.handle(pageScheme, async (request) => {
    const file = pageFile(request.url, root);
    if (file === null || request.method !== 'GET') return new Response('Not found', { status: 404, headers });
    try {
      const body = await readFile(file.path);
      return new Response(new Uint8Array(body), { headers: { ...headers, 'Content-Type': file.type } });
    } catch {
      return new Response('Not found', { status: 404, headers });
    }
  });
}
