import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStale } from '../../support/electron/build.ts';

let root: string;

async function file(path: string, atSeconds: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), '');
  await utimes(join(root, path), atSeconds, atSeconds);
  await utimes(dirname(join(root, path)), atSeconds, atSeconds);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mailyard-build-'));
  await file('main/app/window.ts', 1000);
  await utimes(join(root, 'main'), 1000, 1000);
  for (const path of ['main/index.js', 'main/backend.js', 'preload/index.cjs', 'renderer/index.html']) {
    await file(`out/${path}`, 2000);
  }
  await file('out/agent/mailyard-agent.cjs', 2000);
});
afterEach(() => rm(root, { recursive: true }));

describe('whether the build is stale', () => {
  it('is not, when every output is newer than every source', async () => {
    expect(await isStale(root)).toBe(false);
  });

  it('is, when one source deep in a room is newer', async () => {
    await utimes(join(root, 'main/app/window.ts'), 3000, 3000);
    expect(await isStale(root)).toBe(true);
  });

  it('is, when a source was taken away', async () => {
    await rm(join(root, 'main/app/window.ts'));
    expect(await isStale(root)).toBe(true);
  });

  it('is, when one of the programs was never built', async () => {
    await rm(join(root, 'out/agent/mailyard-agent.cjs'));
    expect(await isStale(root)).toBe(true);
  });
});
