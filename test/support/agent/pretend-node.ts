/**
 * The real daemon on a unix socket of its own, over a node that is only
 * numbers: for tests of what agent and console say to each other.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from '../../../agent/daemon/daemon.ts';
import type { Samples } from '../../../common/model/metric.ts';
import type { RoleReading } from '../../../common/model/reading.ts';
import { ourVersions, type VersionRange } from '../../../common/protocol/version.ts';
import type { ProbeHost } from '../../../common/roles/host.ts';
import type { RoleProbe } from '../../../common/roles/role.ts';
import type { NodeLinkOptions } from '../../../main/link/create-node-link.ts';
import type { RemoteStream, SshConnection } from '../../../main/ssh/transport.ts';

export interface PretendNode {
  readonly daemon: Daemon;
  readonly path: string;
  /** What its probe sees; write to it. */
  readonly now: { samples: Samples; reading: RoleReading };
  /** What a link takes for its connection pool. */
  readonly connections: NodeLinkOptions['connections'];
  dispose(): Promise<void>;
}

export async function startPretendNode(versions: VersionRange = ourVersions): Promise<PretendNode> {
  const directory = await mkdtemp(join(tmpdir(), 'mailyard-agent-'));
  const path = join(directory, 'agent.sock');
  const now: PretendNode['now'] = {
    samples: { queue_messages: 1 },
    reading: { serving: 'serving', services: [], findings: [], facts: { queue: 1 } },
  };
  const probe: RoleProbe = { sample: async () => now.samples, read: async () => now.reading };
  const daemon = startDaemon({
    host: { nowMs: () => Date.now() } as ProbeHost,
    version: '0.0.1',
    identity: { hostname: 'mx1', bootId: 'boot-1' },
    sampleHost: async () => ({ node_load1: 0.5 }),
    probes: () => new Map([['mx', probe]]),
    log: () => undefined,
    versions,
  });
  await new Promise<void>((resolve) => daemon.server.listen(path, resolve));
  return {
    daemon,
    path,
    now,
    connections: {
      get: async () => ({ stream: async () => unixStream(path) }) as unknown as SshConnection,
      drop: () => undefined,
    },
    dispose: async () => {
      await daemon.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function unixStream(path: string): RemoteStream {
  const socket = connect({ path });
  const outcome = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    socket.once('close', () => resolve({ code: 0, stderr: '' }));
  });
  return Object.assign(socket, { outcome });
}
