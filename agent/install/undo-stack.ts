/** What has been changed, so that a failure half-way leaves the node as it was. */
import { readlink, rename, rm, symlink } from 'node:fs/promises';
import type { VerbHost } from '../../common/roles/host.ts';
import type { InstalledFile } from './installed-files.ts';

export class UndoStack {
  readonly #host: VerbHost;
  readonly #undo: { readonly what: string; run(): Promise<unknown> }[] = [];

  constructor(host: VerbHost) {
    this.#host = host;
  }

  push(what: string, run: () => Promise<unknown>): void {
    this.#undo.push({ what, run });
  }

  /** Last change first. Answers what could not be undone. */
  async undoAll(): Promise<readonly string[]> {
    const stuck: string[] = [];
    for (const { what, run } of this.#undo.reverse()) {
      try {
        await run();
      } catch (error) {
        stuck.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
      }
    }
    return stuck;
  }

  /** Writes a file unless it is so already; answers whether it did. */
  async writeFile({ path, content, mode }: InstalledFile): Promise<boolean> {
    const [stat, before] = [await this.#host.stat(path), await this.#host.readBytes(path)];
    const same = before?.equals(Buffer.from(content)) === true;
    if (same && stat !== null && (stat.mode & 0o7777) === mode && stat.uid === 0 && stat.gid === 0)
      return false;
    this.push(path, () =>
      before === null || stat === null
        ? this.#host.remove(path)
        : this.#host.writeFile(path, before, {
            mode: stat.mode & 0o7777,
            owner: `${stat.uid}`,
            group: `${stat.gid}`,
          }),
    );
    await this.#host.writeFile(path, content, { mode, owner: 'root', group: 'root' });
    this.#host.output(`wrote ${path}`);
    return true;
  }

  /** Points a link somewhere, atomically; answers whether it did. */
  async link(path: string, target: string): Promise<boolean> {
    const before = await readlink(path).catch(() => null);
    if (before === target) return false;
    this.push(path, () => (before === null ? rm(path, { force: true }) : replaceLink(path, before)));
    await replaceLink(path, target);
    this.#host.output(`${path} -> ${target}`);
    return true;
  }
}

async function replaceLink(path: string, target: string): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  await symlink(target, beside);
  await rename(beside, path);
}
