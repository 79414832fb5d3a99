import { extname, join, normalize, sep } from 'node:path';

/** The one origin of the window: `app://mailyard/`. */
export const pageScheme = 'app';
export const pageHost = 'mailyard';
export const pageUrl = `${pageScheme}://${pageHost}/index.html`;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

export interface PageFile {
  readonly path: string;
  readonly type: string;
}

/**
 * The file that an address of our page stands for; null for every other address.
 *
 * Only files of known types inside the built page, whatever the address says.
 */
export function pageFile(address: string, root: string): PageFile | null {
  let url: URL;
  let wanted: string;
  try {
    url = new URL(address);
    wanted = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (url.protocol !== `${pageScheme}:` || url.host !== pageHost || wanted.includes('\0')) return null;
  const path = normalize(join(root, wanted === '/' ? '/index.html' : wanted));
  const type = types[extname(path).toLowerCase()];
  if (type === undefined || !path.startsWith(normalize(root) + sep)) return null;
  return { path, type };
}

/** Is this an address of our own page, and so one that the window may be at? */
export function isPageAddress(address: string): boolean {
  try {
    const url = new URL(address);
    return url.protocol === `${pageScheme}:` && url.host === pageHost;
  } catch {
    return false;
  }
}
