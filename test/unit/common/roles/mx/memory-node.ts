/**
 * A node's files in memory behind the door that verbs use, so that the real
 * verbs can be run through thousands of crashes. Only what queue verbs touch.
 */
import type { FileStat, VerbHost } from '../../../../../common/roles/host.ts';
import type { AnyVerb } from '../../../../../common/verbs/verb.ts';

interface MemoryFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** The power went, before or after a change reached the disk. */
export class PowerCut extends Error {}

export class MemoryNode {
  readonly files = new Map<string, MemoryFile>();
  postfixRuns = false;
  run = 'run-1';
  /** Counts down with each change of the disk; at 0 the power goes. */
  cutAfter: number | null = null;

  add(path: string, text: string, mode = 0o700): void {
    this.files.set(path, { content: Buffer.from(text), mode });
  }

  under(directory: string): readonly string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
  }

  /** What a verb does on a node: look, change, look. */
  async perform(
    verb: AnyVerb,
    input: unknown,
    mode: 'look' | 'apply',
  ): Promise<{ satisfied: boolean; state: unknown }> {
    const checked: unknown = verb.input.parse(input);
    const host = this.host();
    const before = await verb.observe(host, checked);
    if (mode === 'look' || !verb.apply || (before.satisfied && !verb.always?.(checked))) return before;
    await verb.apply(host, checked, before.state);
    const after = await verb.observe(host, checked);
    return { satisfied: after.satisfied, state: verb.state.parse(after.state) };
  }

  /** The power may go just before a change or just after it. */
  private change(act: () => void): Promise<void> {
    if (this.cutAfter !== null) {
      this.cutAfter -= 1;
      if (this.cutAfter === 0) return Promise.reject(new PowerCut());
      if (this.cutAfter < 0) {
        this.cutAfter = null;
        act();
        return Promise.reject(new PowerCut());
      }
    }
    act();
    return Promise.resolve();
  }

  private host(): VerbHost {
    const unused = (): never => {
      throw new Error('not in memory');
    };
    return {
      caller: { operator: 'test', run: this.run, step: 'move-queue', epoch: 1 },
      nowMs: () => 0,
      readFile: (path) => Promise.resolve(this.files.get(path)?.content.toString() ?? null),
      readBytes: (path) => Promise.resolve(this.files.get(path)?.content ?? null),
      listDirectory: (path) => Promise.resolve(this.list(path)),
      stat: (path) => Promise.resolve(this.stat(path)),
      writeFile: (path, content, options) =>
        this.change(() => this.files.set(path, { content: Buffer.from(content), mode: options.mode })),
      rename: (from, to) =>
        this.change(() => {
          const file = this.files.get(from);
          if (!file) throw new Error(`no ${from}`);
          this.files.delete(from);
          this.files.set(to, file);
        }),
      remove: (path) => this.change(() => this.files.delete(path)),
      makeDirectory: () => Promise.resolve(),
      output: () => {},
      exec: (argv) =>
        Promise.resolve({
          code: 0,
          stdout: argv[0] === 'systemctl' ? `ActiveState=${this.postfixRuns ? 'active' : 'inactive'}\n` : '',
          stderr: '',
        }),
      addresses: () => [],
      askSocket: unused,
      httpGet: unused,
      units: unused,
      journalSince: unused,
      dialogue: unused,
    };
  }

  private list(directory: string): readonly string[] {
    const names = this.under(directory).map((path) => path.slice(directory.length + 1).split('/')[0] ?? '');
    return [...new Set(names)];
  }

  private stat(path: string): FileStat | null {
    const file = this.files.get(path);
    const bare = { uid: 0, gid: 0, mtimeMs: 0 };
    if (file) return { ...bare, size: file.content.length, mode: 0o100000 | file.mode, directory: false };
    return this.under(path).length > 0 ? { ...bare, size: 0, mode: 0o040700, directory: true } : null;
  }
}
