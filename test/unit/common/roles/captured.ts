import { readFileSync } from 'node:fs';

/** Output captured from the real program; see test/fixtures. */
export function captured(path: string): string {
  return readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url), 'utf8');
}
