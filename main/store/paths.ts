/** Where each thing lies under the data folder. */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';

export interface FleetPaths {
  readonly journals: string;
  readonly leases: string;
  readonly secrets: string;
}

export interface StorePaths {
  readonly recentFleets: string;
  readonly settings: string;
  /** The console's own key, for fleets that name none. */
  readonly consoleKey: string;
  /** Fleet files that the app made itself. */
  readonly fleets: string;
  fleet(fleetFile: string): FleetPaths;
}

export function storePaths(data: string): StorePaths {
  return {
    recentFleets: join(data, 'recent-fleets.json'),
    settings: join(data, 'settings.json'),
    consoleKey: join(data, 'ssh', 'id_ed25519'),
    fleets: join(data, 'fleets'),
    fleet(fleetFile) {
      // By the file's place, so that the app and the CLI mean the same fleet by the same file.
      const place = resolve(fleetFile);
      const name = basename(place)
        .replace(/\.ya?ml$/, '')
        .replace(/[^A-Za-z0-9-]/g, '-')
        .slice(0, 40);
      const key = createHash('sha256').update(place).digest('hex').slice(0, 10);
      const folder = join(data, 'state', `${name}-${key}`);
      return {
        journals: join(folder, 'runs'),
        leases: join(folder, 'leases'),
        secrets: join(folder, 'secrets.json'),
      };
    },
  };
}
