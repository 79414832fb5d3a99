/** Reads the fleet file and follows it on disk; a bad version is reported and the last good one stays in use. */
import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Fleet } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import { parseFleetFile } from './fleet-file.ts';

/** `~` and paths relative to the file become absolute. Throws: OpsError 'bad-input'. */
export async function loadFleetFile(path: string): Promise<Fleet> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new OpsError(
      'bad-input',
      `The fleet file ${path} cannot be read: ${(cause as Error).message}`,
      cause,
    );
  }
  return withAbsolutePaths(parseFleetFile(text, basename(path)), dirname(resolve(path)));
}

function withAbsolutePaths(fleet: Fleet, folder: string): Fleet {
  const absolute = (path: string | null): string | null => {
    if (path === null) return null;
    if (path.startsWith('~/')) return resolve(homedir(), path.slice(2));
    return isAbsolute(path) ? path : resolve(folder, path);
  };
  return {
    ...fleet,
    ssh: {
      ...fleet.ssh,
      identityFile: absolute(fleet.ssh.identityFile),
      knownHostsFile: absolute(fleet.ssh.knownHostsFile),
    },
  };
}

/** Replaces the file whole and durably; `change` gets the text that is there now. */
export async function rewriteFleetFile(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after !== before) await writeFileAtomic(path, after, { fsync: true });
}

export interface FleetFileListener {
  fleet(fleet: Fleet): void;
  /** null when the file is good again. */
  error(message: string | null): void;
}

/** Watches the folder, since editors replace files. Call the returned function to stop. */
export function watchFleetFile(path: string, listener: FleetFileListener): () => void {
  let stopped = false;
  let pending: NodeJS.Timeout | null = null;
  let last = '';
  const look = async (): Promise<void> => {
    try {
      const text = await readFile(path, 'utf8');
      if (stopped || text === last) return;
      last = text;
      const fleet = await loadFleetFile(path);
      if (stopped) return;
      listener.fleet(fleet);
      listener.error(null);
    } catch (thrown) {
      if (!stopped) listener.error(OpsError.from(thrown).message);
    }
  };
  const soon = (): void => {
    if (pending) clearTimeout(pending);
    pending = setTimeout(() => void look(), 100);
  };
  const onChange = (_event: string, file: string | null): void => {
    if (file === null || file === basename(path)) soon();
  };
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(dirname(resolve(path)), onChange);
    watcher.on('error', (cause) =>
      listener.error(`The fleet file can no longer be watched: ${cause.message}`),
    );
  } catch {
    // The system's watches are used up (containers take many): look every second instead.
    watchFile(path, { interval: 1000, persistent: false }, soon);
  }
  void look();
  return () => {
    stopped = true;
    if (pending) clearTimeout(pending);
    watcher?.close();
    unwatchFile(path, soon);
  };
}
