import { describe, expect, it } from 'vitest';
import { isPageAddress, pageFile } from '../../../main/app/page-file.ts';

const root = '/built/renderer';

describe('the files of the page', () => {
  it.each([
    ['app://mailyard/', '/built/renderer/index.html', 'text/html; charset=utf-8'],
    ['app://mailyard/index.html?x#y', '/built/renderer/index.html', 'text/html; charset=utf-8'],
    ['app://mailyard/assets/a%20b.js', '/built/renderer/assets/a b.js', 'text/javascript; charset=utf-8'],
    ['app://mailyard/assets/font.woff2', '/built/renderer/assets/font.woff2', 'font/woff2'],
  ])('serves %s', (address, path, type) => {
    expect(pageFile(address, root)).toEqual({ path, type });
  });

  it.each([
    ['another host', 'app://elsewhere/index.html'],
    ['another scheme', 'file:///built/renderer/index.html'],
    ['a folder above', 'app://mailyard/..%2Fmain/index.js'],
    ['a folder above, encoded twice over', 'app://mailyard/assets/..%2f..%2f..%2fetc/passwd.js'],
    ['a neighbour of the same beginning', 'app://mailyard/..%2Frenderer-secret/a.js'],
    ['a type that no page needs', 'app://mailyard/index.html.bak'],
    ['a zero byte', 'app://mailyard/index.js%00.png'],
    ['a broken escape', 'app://mailyard/%E0%A4%A.js'],
    ['no address at all', 'nonsense'],
  ])('serves nothing for %s', (_what, address) => {
    expect(pageFile(address, root)).toBeNull();
  });

  it.each([
    ['app://mailyard/index.html#runs', true],
    ['app://mailyard.example/index.html', false],
    ['https://mailyard/index.html', false],
    ['file:///index.html', false],
    ['', false],
  ])('knows whether %j is the page’s own address: %s', (address, expected) => {
    expect(isPageAddress(address)).toBe(expected);
  });
});
