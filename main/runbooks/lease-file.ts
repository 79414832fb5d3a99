/**
 * Leases as files, for the consoles (window, CLI, cron) of one machine.
 *
 * Each cluster has numbered files, `mx.7.lease`; the highest number is the
 * truth. To take a cluster whose last holder released it or died, one creates
 * the next number with link(2), which fails if another was faster: there is no
 * moment in which two can both believe. Nothing is ever deleted but numbers
 * below one's own, so a slow reader cannot remove a fresh lease.
 *
 * A holder is dead when its process is gone, or when the process of that
 * number was started at another time (a reused pid, a reboot).
 *
 * The epoch is one above the last one, and at least the time in ms: a console
 * whose data folder is new still comes after the one that was there before.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ClusterId } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { Lease, LeaseHolder, Leases } from './lease.ts';
import { processStartedAt } from './process-start.ts';

const leaseSchema = z.object({
  runId: z.string(),
  operator: z.string(),
  epoch: z.number(),
  pid: z.number(),
  /** Tells a reused pid from the process that took the lease; null where the platform cannot say. */
  startedAt: z.string().nullable(),
  host: z.string(),
  atMs: z.number(),
  released: z.boolean(),
});
type LeaseFile = z.infer<typeof leaseSchema>;

interface Latest {
  readonly number: number;
  readonly file: LeaseFile | null;
}

export function fileLeases(folder: string, now: () => number = Date.now): Leases {
  let scratch = 0;

  const latest = (cluster: ClusterId): Latest => {
    const numbers = numbersOf(folder, cluster);
    const number = Math.max(0, ...numbers);
    if (number === 0) return { number: 0, file: null };
    try {
      return {
        number,
        file: leaseSchema.parse(JSON.parse(readFileSync(pathOf(folder, cluster, number), 'utf8'))),
      };
    } catch (cause) {
      // Taken over and tidied away between listing and reading: look again.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return latest(cluster);
      throw new OpsError(
        'internal',
        `The lease file ${pathOf(folder, cluster, number)} cannot be read. Remove it when no other Mailyard runs.`,
        cause,
      );
    }
  };

  const put = (cluster: ClusterId, number: number, file: LeaseFile): void => {
    const temporary = join(folder, `.${process.pid}.${++scratch}.tmp`);
    writeFileSync(temporary, JSON.stringify(file), { mode: 0o600, flush: true });
    try {
      linkSync(temporary, pathOf(folder, cluster, number));
    } finally {
      rmSync(temporary, { force: true });
    }
    for (const old of numbersOf(folder, cluster)) {
      if (old < number) rmSync(pathOf(folder, cluster, old), { force: true });
    }
  };

  return {
    async acquire(clusters, holder): Promise<Lease> {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const found = clusters.map((cluster) => ({ cluster, ...latest(cluster) }));
      for (const { cluster, file } of found) {
        if (file && isHeld(file)) throw held(cluster, file);
      }
      const epoch = Math.max(now(), ...found.map(({ file }) => (file?.epoch ?? 0) + 1));
      const mine: LeaseFile = {
        ...holder,
        epoch,
        pid: process.pid,
        startedAt: processStartedAt(process.pid),
        host: hostname(),
        atMs: now(),
        released: false,
      };
      const taken: { cluster: ClusterId; number: number }[] = [];
      const release = (): void => {
        for (const { cluster, number } of taken.splice(0)) {
          // A higher number, so that the epoch is remembered and nobody waits for us.
          try {
            put(cluster, number + 1, { ...mine, released: true });
          } catch (cause) {
            if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
          }
        }
      };
      for (const { cluster, number } of found) {
        try {
          put(cluster, number + 1, mine);
          taken.push({ cluster, number: number + 1 });
        } catch (cause) {
          release();
          if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
          const winner = latest(cluster).file;
          throw winner ? held(cluster, winner) : OpsError.from(cause);
        }
      }
      return { epoch, lost: new AbortController().signal, release };
    },

    holders() {
      const clusters = new Set(allLeases(folder).map(({ cluster }) => cluster));
      return [...clusters].flatMap((clusterId): LeaseHolder[] => {
        const { file } = latest(clusterId);
        return file && isHeld(file) ? [{ clusterId, ...file }] : [];
      });
    },

    epoch() {
      const clusters = new Set(allLeases(folder).map(({ cluster }) => cluster));
      return Math.max(0, ...[...clusters].map((cluster) => latest(cluster).file?.epoch ?? 0));
    },
  };
}

function held(cluster: ClusterId, file: LeaseFile): OpsError {
  return new OpsError(
    'lease-held',
    `${file.operator} is changing ${cluster} now: run ${file.runId}, process ${file.pid} on ${file.host}, since ${new Date(file.atMs).toISOString()}. One change at a time; wait for it, or cancel it there.`,
  );
}

function isHeld(file: LeaseFile): boolean {
  if (file.released) return false;
  // Another machine's process cannot be seen from here: never declare it dead.
  if (file.host !== hostname()) return true;
  const startedAt = processStartedAt(file.pid);
  return (
    startedAt !== 'gone' && (startedAt === null || file.startedAt === null || startedAt === file.startedAt)
  );
}

function pathOf(folder: string, cluster: ClusterId, number: number): string {
  return join(folder, `${cluster}.${number}.lease`);
}

function allLeases(folder: string): readonly { cluster: ClusterId; number: number }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
  return names.flatMap((name) => {
    const match = /^(.+)\.(\d+)\.lease$/.exec(name);
    return match?.[1] ? [{ cluster: match[1], number: Number(match[2]) }] : [];
  });
}

function numbersOf(folder: string, cluster: ClusterId): readonly number[] {
  return allLeases(folder)
    .filter((lease) => lease.cluster === cluster)
    .map((lease) => lease.number);
}
