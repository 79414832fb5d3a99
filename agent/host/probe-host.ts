/** The real ProbeHost: a Debian node seen by an unprivileged process. */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { ProbeHost } from '../../common/roles/host.ts';
import { JournalFollow } from './journal-follow.ts';
import { nodeAddresses } from './node-addresses.ts';
import { runCommand } from './run-command.ts';
import { UnitWatch } from './unit-watch.ts';
import { askUnixSocket, getOverUnixSocket } from './unix-ask.ts';

const maxFileBytes = 4 * 1024 * 1024;
const askLimitMs = 1000;

/** Kernel and tmpfs files answer from memory: reading them at once costs a tenth of a trip through the thread pool. */
const fromMemory = /^\/(proc|sys|run)\//;

export function createProbeHost(): ProbeHost & { dispose(): void } {
  const journal = new JournalFollow();
  const units = new UnitWatch((argv) => runCommand(argv, { timeoutMs: 5000 }));
  return {
    nowMs: () => Date.now(),
    readFile: async (path) => {
      try {
        if (fromMemory.test(path)) return readFileSync(path, 'utf8');
        const { size } = await stat(path);
        return size > maxFileBytes ? null : await readFile(path, 'utf8');
      } catch {
        return null;
      }
    },
    listDirectory: async (path) => {
      try {
        return fromMemory.test(path) ? readdirSync(path) : await readdir(path);
      } catch {
        return [];
      }
    },
    askSocket: (path, request, timeoutMs = askLimitMs) => askUnixSocket(path, request, timeoutMs),
    httpGet: (path, url, timeoutMs = askLimitMs) => getOverUnixSocket(path, url, timeoutMs),
    units: (names) => units.states(names),
    addresses: nodeAddresses,
    journalSince: async (identifiers) => journal.since(identifiers),
    dispose: () => journal.dispose(),
  };
}
