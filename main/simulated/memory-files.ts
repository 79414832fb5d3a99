/** The file system of a simulated node: names to contents, with owner and mode. Directories exist where files lie in them. */
import type { FileStat, WriteOptions } from '../../common/roles/host.ts';

interface MemoryFile {
  content: Buffer;
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
}

const fileType = 0o100000;
const directoryType = 0o040000;

export class MemoryFiles {
  readonly #files = new Map<string, MemoryFile>();
  readonly #directories = new Set<string>();

  text(path: string): string | null {
    return this.#files.get(path)?.content.toString() ?? null;
  }

  bytes(path: string): Buffer | null {
    return this.#files.get(path)?.content ?? null;
  }

  write(path: string, content: string | Buffer, options?: WriteOptions): void {
    this.#files.set(path, {
      content: Buffer.from(content),
      mode: options?.mode ?? 0o644,
      uid: this.idOf('passwd', options?.owner ?? 'root'),
      gid: this.idOf('group', options?.group ?? 'root'),
      mtimeMs: Date.now(),
    });
  }

  makeDirectory(path: string): void {
    this.#directories.add(path);
  }

  /** A file, or a directory with all that is in it. */
  remove(path: string): void {
    this.#files.delete(path);
    this.#directories.delete(path);
    for (const name of [...this.#files.keys(), ...this.#directories]) {
      if (!name.startsWith(`${path}/`)) continue;
      this.#files.delete(name);
      this.#directories.delete(name);
    }
  }

  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) throw new Error(`ENOENT: ${from}`);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  list(path: string): readonly string[] {
    const names = new Set<string>();
    for (const name of [...this.#files.keys(), ...this.#directories]) {
      if (name.startsWith(`${path}/`)) names.add(name.slice(path.length + 1).split('/')[0]!);
    }
    return [...names];
  }

  stat(path: string): FileStat | null {
    const file = this.#files.get(path);
    if (file !== undefined) {
      const { content, mode, uid, gid, mtimeMs } = file;
      return { size: content.length, mode: fileType | mode, uid, gid, mtimeMs, directory: false };
    }
    if (!this.#directories.has(path) && this.list(path).length === 0) return null;
    return { size: 0, mode: directoryType | 0o755, uid: 0, gid: 0, mtimeMs: 0, directory: true };
  }

  /** Number of a user or group of this node, by its own /etc/passwd and /etc/group. */
  idOf(kind: 'passwd' | 'group', name: string): number {
    if (/^\d+$/.test(name)) return Number(name);
    for (const line of (this.text(`/etc/${kind}`) ?? '').split('\n')) {
      const [found, , id] = line.split(':');
      if (found === name) return Number(id);
    }
    return 0;
  }
}
