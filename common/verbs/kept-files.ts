/**
 * The previous version of every file that a run replaced, under
 * /var/lib/mailyard/kept/<run>/: what undo puts back. The first version that a
 * run replaced is the one kept; a resumed run does not overwrite it.
 */
import { z } from 'zod';
import type { VerbHost } from '../roles/host.ts';

const keptDirectory = '/var/lib/mailyard/kept';

const keptIndexSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      path: z.string(),
      role: z.string(),
      /** Name of the copy in the run's directory; null when there was no such file. */
      copy: z.string().nullable(),
      mode: z.number(),
      uid: z.number(),
      gid: z.number(),
    }),
  ),
});
export type KeptIndex = z.infer<typeof keptIndexSchema>;

const rootOnly = { mode: 0o600, owner: 'root', group: 'root' } as const;

export async function keptIndex(host: VerbHost, run: string): Promise<KeptIndex> {
  const text = await host.readFile(`${directoryOf(run)}/index.json`);
  return text === null ? { files: [] } : keptIndexSchema.parse(JSON.parse(text));
}

/** Copies these files aside, those that this run has not kept yet. Complete on disk before it returns. */
export async function keep(
  host: VerbHost,
  run: string,
  role: string,
  paths: readonly string[],
): Promise<void> {
  const index = await keptIndex(host, run);
  const missing = paths.filter((path) => !index.files.some((file) => file.path === path));
  if (missing.length === 0) return;
  const directory = directoryOf(run);
  await host.makeDirectory(directory, { ...rootOnly, mode: 0o700 });
  for (const path of missing) {
    const stat = await host.stat(path);
    const content = stat === null ? null : await host.readBytes(path);
    const copy = content === null ? null : `${index.files.length}`;
    if (content !== null) await host.writeFile(`${directory}/${copy}`, content, rootOnly);
    index.files.push({
      path,
      role,
      copy,
      mode: (stat?.mode ?? 0o644) & 0o7777,
      uid: stat?.uid ?? 0,
      gid: stat?.gid ?? 0,
    });
  }
  await host.writeFile(`${directory}/index.json`, JSON.stringify(index), rootOnly);
}

/** Content of a kept file; null when there was none. */
export async function keptContent(
  host: VerbHost,
  run: string,
  file: KeptIndex['files'][number],
): Promise<Buffer | null> {
  return file.copy === null ? null : await host.readBytes(`${directoryOf(run)}/${file.copy}`);
}

/** Puts one kept file back as it was, or removes the one that was not there. */
export async function putBack(host: VerbHost, run: string, file: KeptIndex['files'][number]): Promise<void> {
  const content = await keptContent(host, run, file);
  if (content === null) await host.remove(file.path);
  else {
    await host.writeFile(file.path, content, { mode: file.mode, owner: `${file.uid}`, group: `${file.gid}` });
  }
}

function directoryOf(run: string): string {
  return `${keptDirectory}/${run.replace(/[^A-Za-z0-9_-]/g, '-')}`;
}
