/** A link to a scripted agent through a real sshd and the gate's own socat, with everything it tells kept. */
import type { LinkState, LinkStatus } from '../../../common/model/link.ts';
import type { Samples } from '../../../common/model/metric.ts';
import type { BackoffShape } from '../../../main/link/backoff.ts';
import { createNodeLink } from '../../../main/link/create-node-link.ts';
import type { NodeLink } from '../../../main/link/node-link.ts';
import { ConnectionPool } from '../../../main/ssh/pool.ts';
import { Ssh2Transport } from '../../../main/ssh/ssh2-transport.ts';
import { ensureDebianPackages } from '../debian-packages.ts';
import { type RealSshd, startRealSshd } from '../sshd/real-sshd.ts';

export interface Told {
  readonly statuses: (LinkStatus & { readonly seenAtMs: number })[];
  readonly hellos: { hostname: string; agentVersion: string; bootId: string }[];
  readonly samples: { atMs: number; samples: Samples; replayed: boolean }[];
  readonly readings: unknown[];
}

export interface FollowedLink {
  readonly link: NodeLink;
  readonly told: Told;
  readonly pool: ConnectionPool;
  /** Resolves with the first status of this state after the call, or the present one. */
  reaches(state: LinkState): Promise<LinkStatus & { seenAtMs: number }>;
  until(condition: () => boolean): Promise<void>;
  stop(): void;
}

/** sshd that lets a key in only to the agent's socket, as on a node. */
export async function startGate(agentSocket: string, like?: RealSshd): Promise<RealSshd> {
  await ensureDebianPackages(['socat'], 'the link tests');
  const options = { config: [`ForceCommand exec socat -t 0.2 STDIO UNIX-CONNECT:${agentSocket}`] };
  return startRealSshd(like === undefined ? options : { ...options, like });
}

export function followLink(
  sshd: RealSshd,
  options: { backoff?: BackoffShape; syncTimeoutMs?: number; selfWatch?: never } = {},
): FollowedLink {
  const transport = new Ssh2Transport();
  const pool = new ConnectionPool({ transport, targetOf: async () => sshd.target() });
  const told: Told = { statuses: [], hellos: [], samples: [], readings: [] };
  const looking = new Set<() => void>();
  const changed = (): void => {
    for (const look of [...looking]) look();
  };
  const link = createNodeLink({
    nodeId: 'mx1',
    connections: pool,
    consoleVersion: 'test',
    backoff: options.backoff ?? { firstMs: 50, mostMs: 200 },
    ...(options.syncTimeoutMs === undefined ? {} : { syncTimeoutMs: options.syncTimeoutMs }),
    listener: {
      status: (status) => {
        told.statuses.push({ ...status, seenAtMs: performance.now() });
        changed();
      },
      hello: (hello) => {
        told.hellos.push(hello);
        changed();
      },
      readings: (readings) => {
        told.readings.push(readings);
        changed();
      },
      samples: (atMs, samples, replayed) => {
        told.samples.push({ atMs, samples, replayed });
        changed();
      },
    },
  });
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        looking.delete(look);
        resolve();
      };
      looking.add(look);
      look();
    });
  return {
    link,
    told,
    pool,
    until,
    reaches: async (state) => {
      const from = told.statuses.at(-1)?.state === state ? told.statuses.length - 1 : told.statuses.length;
      const found = () => told.statuses.slice(from).find((status) => status.state === state);
      await until(() => found() !== undefined);
      return found()!;
    },
    stop: () => {
      link.dispose();
      pool.dispose();
      transport.dispose();
    },
  };
}
