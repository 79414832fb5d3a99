/**
 * The one way out that nodes have: an apt-cacher-ng of the lab's own on the
 * bridge, its packages kept in the lab's cache between labs.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ownScope } from './cgroups.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { waitFor } from './limits.ts';
import { identify, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';

export function aptProxyUrl(lab: Instance): string {
  return `http://${lab.hostAddress}:${lab.aptPort}`;
}

export async function startAptCache(lab: Instance, upstreamProxy: string | null): Promise<void> {
  const dir = runDir(lab);
  const packages = join(lab.cacheDir, 'apt');
  mkdirSync(dir, { recursive: true });
  mkdirSync(packages, { recursive: true });
  const settings = [
    `CacheDir: ${packages}`,
    `LogDir: ${dir}`,
    `SocketPath: ${join(dir, 'socket')}`,
    `PidFile: ${join(dir, 'daemon.pid')}`,
    'SupportDir: /usr/lib/apt-cacher-ng',
    `Port: ${lab.aptPort}`,
    `BindAddress: ${lab.hostAddress}`,
    'ForeGround: 1',
    'ExTreshold: 14',
    ...(upstreamProxy ? [`Proxy: ${upstreamProxy}`] : []),
  ];
  writeFileSync(join(dir, 'acng.conf'), `${settings.join('\n')}\n`);
  const log = openSync(join(dir, 'console.log'), 'a');
  const [program, ...args] = [...ownScope(lab, 'apt-cache'), 'apt-cacher-ng', '-c', dir];
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
  child.on('error', () => {}); // seen below: it never listens
  child.unref();
  const started = child.pid === undefined ? null : identify(child.pid);
  if (!started) throw new LabError('apt-cacher-ng cannot be started: is the package installed?');
  writeFileSync(identityFile(lab), JSON.stringify(started));
  await waitFor(
    `apt-cacher-ng on ${lab.hostAddress}:${lab.aptPort} (its log: ${dir})`,
    () => {
      if (!isAlive(started)) {
        throw new LabError(
          `apt-cacher-ng ended at once:\n${readFileSync(join(dir, 'console.log'), 'utf8').trim()}`,
        );
      }
      return accepts(lab.hostAddress, lab.aptPort);
    },
    { limitMs: 10_000 },
  );
}

/** A lab whose cache died (out of memory, ended by hand) gets it back with the next bare server. */
export async function reviveAptCache(lab: Instance, upstreamProxy: string | null): Promise<void> {
  if (!isAlive(readAptCache(lab))) await startAptCache(lab, upstreamProxy);
}

export async function stopAptCache(lab: Instance): Promise<void> {
  const started = readAptCache(lab);
  if (started && signalProcess(started, 'SIGTERM')) {
    await waitFor('apt-cacher-ng to end', () => !isAlive(started), { limitMs: 3_000 }).catch(() =>
      signalProcess(started, 'SIGKILL'),
    );
  }
  rmSync(runDir(lab), { recursive: true, force: true });
}

export function readAptCache(lab: Instance): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(identityFile(lab), 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
}

function runDir(lab: Instance): string {
  return join(lab.stateDir, 'apt-cache');
}

function identityFile(lab: Instance): string {
  return join(runDir(lab), 'process.json');
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const answer = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}
