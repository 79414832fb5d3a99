/**
 * The system's own sshd on a loopback port, from a temporary configuration,
 * with fresh host keys and one key that may log in as the current user.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../../../main/ssh/transport.ts';
import { ensureDebianPackages } from '../debian-packages.ts';
import { runCommandOrThrow } from '../run-command.ts';

export interface RealSshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  /** A key that may log in, without passphrase, and one with the passphrase 'open sesame'. */
  readonly key: string;
  readonly lockedKey: string;
  readonly knownHosts: string;
  /** Everything sshd wrote to its log so far. */
  log(): string;
  /** `known_hosts` lines for the host keys it has. */
  knownHostsLines(types?: readonly string[]): Promise<string>;
  target(change?: Partial<SshTarget>): SshTarget;
  /** Ends the listener and all sessions. */
  stop(): Promise<void>;
}

export interface RealSshdOptions {
  /** More lines for sshd_config; the first one of a keyword wins, and these come first. */
  readonly config?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  /** Reuse the host keys and login keys of another one, e.g. after a restart or for many servers. */
  readonly like?: RealSshd;
  /** Wraps the command, e.g. to give it another /etc/passwd. */
  readonly under?: readonly string[];
  /** The tests' known_hosts has the host keys already; default true. */
  readonly known?: boolean;
}

export const hostKeyTypes = ['ed25519', 'ecdsa', 'rsa'] as const;

export async function startRealSshd(options: RealSshdOptions = {}): Promise<RealSshd> {
  await ensureDebianPackages(['openssh-server', 'openssh-client'], 'the SSH tests');
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = await mkdtemp(join(tmpdir(), 'mailyard-sshd-'));
  const keys = options.like?.folder ?? folder;
  if (options.like === undefined) await makeKeys(folder);
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? (await freePort(host));
  const user = userInfo().username;
  await writeFile(
    join(folder, 'sshd_config'),
    [
      ...(options.config ?? []),
      `Port ${port}`,
      `ListenAddress ${host}`,
      ...hostKeyTypes.map((type) => `HostKey ${join(keys, `host_${type}`)}`),
      `AuthorizedKeysFile ${join(keys, 'authorized_keys')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PrintMotd no',
      'UseDNS no',
      // bash reads ~/.bashrc for a command that sshd starts, unless it believes to be a nested shell; whoever runs
      // the tests may have a slow one.
      'SetEnv SHLVL=2',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const command = [...(options.under ?? []), '/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-256 * 1024);
  });
  const addresses = 1 + (options.config ?? []).filter((line) => line.startsWith('ListenAddress ')).length;
  await listening(child, () => log, addresses);
  const knownHosts = join(folder, 'known_hosts');
  const knownHostsLines = async (types: readonly string[] = hostKeyTypes): Promise<string> => {
    const name = port === 22 ? host : `[${host}]:${port}`;
    const lines = await Promise.all(types.map((type) => readFile(join(keys, `host_${type}.pub`), 'utf8')));
    return lines.map((line) => `${name} ${line.split(' ').slice(0, 2).join(' ').trim()}\n`).join('');
  };
  await writeFile(knownHosts, options.known === false ? '' : await knownHostsLines());
  return {
    host,
    port,
    user,
    folder,
    key: join(keys, 'login'),
    lockedKey: join(keys, 'login_locked'),
    knownHosts,
    log: () => log,
    knownHostsLines,
    target: (change) => ({
      host,
      port,
      user,
      auth: [{ kind: 'key', path: join(keys, 'login') }],
      knownHostsFiles: [knownHosts],
      jump: null,
      ...change,
    }),
    stop: async () => {
      await endGroup(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeKeys(folder: string): Promise<void> {
  const make = (file: string, args: readonly string[], passphrase = ''): Promise<unknown> =>
    runCommandOrThrow('ssh-keygen', ['-q', '-N', passphrase, '-C', file, '-f', join(folder, file), ...args]);
  await Promise.all([
    make('host_ed25519', ['-t', 'ed25519']),
    make('host_ecdsa', ['-t', 'ecdsa']),
    make('host_rsa', ['-t', 'rsa', '-b', '2048']),
    make('login', ['-t', 'ed25519']),
    make('login_locked', ['-t', 'ed25519', '-a', '4'], 'open sesame'),
  ]);
  const publics = await Promise.all(
    ['login.pub', 'login_locked.pub'].map((file) => readFile(join(folder, file), 'utf8')),
  );
  await writeFile(join(folder, 'authorized_keys'), publics.join(''));
  await chmod(join(folder, 'authorized_keys'), 0o600);
}

export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function listening(child: ChildProcess, log: () => string, addresses: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if ((log().match(/Server listening/g) ?? []).length < addresses) return;
      child.stderr?.off('data', look);
      child.off('exit', ended);
      resolve();
    };
    const ended = (): void => reject(new Error(`sshd did not start:\n${log()}`));
    child.stderr?.on('data', look);
    child.once('exit', ended);
    child.once('error', reject);
  });
}

/** sshd's sessions are its children, in its process group unless they were re-executed: end both. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const sessions = await runCommandOrThrow('ps', ['-o', 'pid=', '--ppid', String(child.pid)]).then(
    (result) => result.stdout.split('\n').map(Number).filter(Boolean),
    () => [],
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (const pid of sessions) kill(pid);
  kill(child.pid);
  await ended;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
