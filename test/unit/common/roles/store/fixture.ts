import { readFileSync } from 'node:fs';

/** Captured from Cyrus 3.10.2 and HAProxy 3.0 on Debian 13. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../../../fixtures/cyrus/debian-13/${name}`, import.meta.url), 'utf8');
}
