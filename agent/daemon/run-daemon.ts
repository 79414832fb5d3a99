import { unlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createHostSampler } from '../../common/roles/host-metrics.ts';
import { createProbeHost } from '../host/probe-host.ts';
import { agentVersion } from '../version.ts';
import { startDaemon } from './daemon.ts';
import { nodeIdentity } from './node-identity.ts';
import { createRoleProbes } from './node-roles.ts';

/** systemd hands over its first socket as descriptor 3. */
const socketFromSystemd = 3;

/** `daemon`: until SIGTERM. Without a socket from systemd it listens on MAILYARD_SOCKET, for developers. */
export async function runDaemon(): Promise<number> {
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  const host = createProbeHost();
  const daemon = startDaemon({
    host,
    version: agentVersion,
    identity: nodeIdentity(),
    sampleHost: createHostSampler(host, diskSpace),
    probes: createRoleProbes(log),
    log,
  });
  const path = process.env['MAILYARD_SOCKET'];
  if (process.env['LISTEN_FDS'] === '1') daemon.server.listen({ fd: socketFromSystemd });
  else if (path !== undefined) {
    unlinkIfPresent(path);
    daemon.server.listen(path);
  } else {
    log('No socket came from systemd; start mailyard-agent.socket.');
    return 78;
  }
  log(`mailyard-agent ${agentVersion} is up`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  host.dispose();
  await daemon.dispose();
  return 0;
}

async function diskSpace(
  path: string,
): Promise<{ totalBytes: number; freeBytes: number; freeInodes: number }> {
  const { bsize, blocks, bavail, ffree } = await statfs(path);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail, freeInodes: ffree };
}

function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
}
