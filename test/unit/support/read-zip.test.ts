import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openZip } from '../../support/electron/read-zip.ts';
import { makeZip } from './make-zip.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailyard-zip-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function zipFile(content: Buffer): Promise<string> {
  const path = join(folder, 'a.zip');
  await writeFile(path, content);
  return path;
}

const archive = makeZip([
  { name: 'top/run', data: 'x'.repeat(5000), mode: 0o755 },
  { name: 'top/é.txt', data: 'stored', stored: true },
  { name: 'top/empty', data: '' },
]);

describe('reading a ZIP archive', () => {
  it('reads packed, stored and empty files with their names and modes', async () => {
    const zip = await openZip(await zipFile(archive));
    const read = await Promise.all(
      zip.entries.map(async (entry) => [entry.name, entry.mode, String(await zip.read(entry)).length]),
    );
    await zip.close();
    expect(read).toEqual([
      ['top/run', 0o755, 5000],
      ['top/é.txt', 0o644, 6],
      ['top/empty', 0o644, 0],
    ]);
  });

  it('finds the end record behind a comment', async () => {
    const zip = await openZip(await zipFile(Buffer.concat([archive, Buffer.from('a comment')])));
    await zip.close();
    expect(zip.entries).toHaveLength(3);
  });

  it('refuses an archive that is cut short', async () => {
    await expect(openZip(await zipFile(archive.subarray(0, archive.length - 60)))).rejects.toThrow(
      /not a whole ZIP archive/,
    );
  });

  it('refuses what is no archive', async () => {
    await expect(openZip(await zipFile(Buffer.from('<html>not found</html>')))).rejects.toThrow(
      /not a whole ZIP archive/,
    );
  });
});
