import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CarriedRuntime,
  type CarrierTools,
  electronFileName,
  ensureCarriedRuntime,
} from '../../support/electron/carried-runtime.ts';
import { runCommandOrThrow } from '../../support/run-command.ts';
import { makeZip } from './make-zip.ts';

let folder: string;
let cache: string;
let tarball: string;
let runtime: CarriedRuntime;
let fetched: number;
let fused: string[];

const tools: CarrierTools = {
  fetchPackage: () => {
    fetched++;
    return Promise.resolve(tarball);
  },
  switchFuses: (executable) => {
    fused.push(executable);
    return Promise.resolve();
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailyard-runtime-'));
  cache = join(folder, 'cache');
  tarball = join(folder, 'carrier.tgz');
  fetched = 0;
  fused = [];
  await mkdir(join(folder, 'package'));
  const zip = makeZip([
    { name: 'Product/Product', data: 'the executable', mode: 0o755 },
    { name: 'Product/locales/en-US.pak', data: 'words' },
    { name: 'Product/browser_v8_context_snapshot.bin', data: 'not ours' },
    { name: 'Product/resources/app/index.js', data: 'not ours' },
    { name: 'Product/../../escaped', data: 'not ours' },
  ]);
  await writeFile(join(folder, 'package', 'product.zip'), zip);
  await runCommandOrThrow('tar', ['-czf', tarball, '-C', folder, 'package']);
  const digest = createHash('sha512').update(await readFile(tarball));
  runtime = {
    version: '1.2.3',
    packageName: 'carrier',
    packageVersion: '9.9.9',
    integrity: `sha512-${digest.digest('base64')}`,
    archive: 'product.zip',
    archiveRoot: 'Product/',
    executable: 'Product',
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function filesUnder(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe('the Electron runtime that a package carries', () => {
  it('takes only Electron’s own files and adds the app loader', async () => {
    const executable = await ensureCarriedRuntime(cache, runtime, tools);
    expect(executable).toBe(join(cache, 'electron-1.2.3', 'electron'));
    expect(await filesUnder(join(cache, 'electron-1.2.3'))).toEqual([
      'electron',
      'locales/en-US.pak',
      'resources/app/index.js',
      'resources/app/package.json',
    ]);
    expect((await stat(executable)).mode & 0o111).not.toBe(0);
    expect(fused).toHaveLength(1);
  });

  it('fetches once and then starts from the cache', async () => {
    await ensureCarriedRuntime(cache, runtime, tools);
    await ensureCarriedRuntime(cache, runtime, tools);
    expect(fetched).toBe(1);
  });

  it('refuses a package whose hash is not the recorded one, and keeps nothing of it', async () => {
    await writeFile(tarball, 'another package', { flag: 'a' });
    await expect(ensureCarriedRuntime(cache, runtime, tools)).rejects.toThrow(
      /not the one recorded here .* Nothing of it was used/,
    );
    expect(fused).toEqual([]);
    expect(await readdir(cache)).toEqual([]);
  });

  it('leaves no half-made runtime under the final name when it fails at the end', async () => {
    const failing: CarrierTools = {
      ...tools,
      switchFuses: () => Promise.reject(new Error('the disk is full')),
    };
    await expect(ensureCarriedRuntime(cache, runtime, failing)).rejects.toThrow('the disk is full');
    expect(await readdir(cache)).toEqual([]);
    await ensureCarriedRuntime(cache, runtime, tools);
    expect(await readdir(cache)).toEqual(['electron-1.2.3']);
  });

  it('lets two starts at once end in one whole runtime', async () => {
    const both = [ensureCarriedRuntime(cache, runtime, tools), ensureCarriedRuntime(cache, runtime, tools)];
    const [first, second] = await Promise.all(both);
    expect(first).toBe(second);
    expect(await readFile(String(first), 'utf8')).toBe('the executable');
    expect(await readdir(cache)).toEqual(['electron-1.2.3']);
  });

  it('clears what a process that is gone was making, and leaves a running one’s work alone', async () => {
    const { stdout } = await runCommandOrThrow(process.execPath, ['-p', 'process.pid']);
    const gone = join(cache, `making-electron-${stdout.trim()}-aa`);
    const going = join(cache, `making-electron-${process.ppid}-bb`);
    await mkdir(gone, { recursive: true });
    await mkdir(going, { recursive: true });
    await ensureCarriedRuntime(cache, runtime, tools);
    await expect(access(gone)).rejects.toThrow();
    await access(going);
  });

  it('never takes a name that leads out of the runtime', () => {
    expect(electronFileName('Product/a/../../b', runtime)).toBeNull();
    expect(electronFileName('Elsewhere/a', runtime)).toBeNull();
    expect(electronFileName('Product/', runtime)).toBeNull();
  });
});
