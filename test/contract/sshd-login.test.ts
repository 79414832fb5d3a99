/** The console's SSH against the system's own sshd: keys, agents, passwords, host keys, jump hosts. */
import { spawn } from 'node:child_process';
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HostKeyError } from '../../main/ssh/host-key-error.ts';
import { appendKnownHost } from '../../main/ssh/known-hosts-file.ts';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import type { SshAuth, SshTarget } from '../../main/ssh/transport.ts';
import { runCommandOrThrow } from '../support/run-command.ts';
import { type RealSshd, startRealSshd } from '../support/sshd/real-sshd.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const limit = { timeoutMs: 10_000 * scale };
let sshd: RealSshd;
let folder = '';
let transport: Ssh2Transport;

beforeAll(async () => {
  sshd = await startRealSshd();
  folder = await mkdtemp(join(tmpdir(), 'mailyard-login-'));
});
afterAll(async () => {
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  transport = new Ssh2Transport();
});
afterEach(() => transport.dispose());

/** Connects, runs one command, closes; the output or the error. */
async function ask(target: SshTarget, command = 'echo in'): Promise<string> {
  const connection = await transport.connect(target, limit);
  const answer = await connection.exec(command);
  connection.close();
  expect(await connection.closed).toBeNull();
  return answer.stdout.trim();
}

function withAuth(...auth: SshAuth[]): SshTarget {
  return sshd.target({ auth });
}

/** A real ssh-agent that lives as long as the work. */
async function withAgent<T>(keys: readonly string[], work: (socket: string) => Promise<T>): Promise<T> {
  const socket = join(folder, `agent-${Math.random().toString(36).slice(2)}`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    for (const key of keys)
      await runCommandOrThrow('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    return await work(socket);
  } finally {
    agent.kill();
  }
}

describe('logging in to a real sshd', () => {
  it('opens with a key', async () => {
    expect(await ask(sshd.target())).toBe('in');
  });

  it('opens with a key that has a passphrase', async () => {
    expect(await ask(withAuth({ kind: 'key', path: sshd.lockedKey, passphrase: 'open sesame' }))).toBe('in');
  });

  it('opens with a key that only the agent holds', async () => {
    const answer = await withAgent([sshd.key], (socket) => ask(withAuth({ kind: 'agent', socket })));
    expect(answer).toBe('in');
  });

  it('shows the agent’s right key first when it holds more than sshd lets one try', async () => {
    const strangers = Array.from({ length: 8 }, (_, at) => join(folder, `stranger${at}`));
    for (const file of strangers)
      await runCommandOrThrow('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const publicKey = (await readFile(`${sshd.key}.pub`, 'utf8')).split(' ')[1]!;
    const answer = await withAgent([...strangers, sshd.key], (socket) =>
      ask(withAuth({ kind: 'agent', socket, first: [publicKey] })),
    );
    expect(answer).toBe('in');
  });

  it('goes on to the next way in when one fails', async () => {
    const auth: SshAuth[] = [
      { kind: 'agent', socket: join(folder, 'no-such-agent') },
      { kind: 'key', path: join(folder, 'no-such-key') },
      { kind: 'key', path: sshd.key },
    ];
    expect(await ask(withAuth(...auth))).toBe('in');
  });

  it('says which passphrase, key file or permission is wrong', async () => {
    const open = join(folder, 'open-to-all');
    await copyFile(sshd.key, open);
    await chmod(open, 0o644);
    const cases: [SshAuth, string][] = [
      [{ kind: 'key', path: sshd.lockedKey }, 'is encrypted and no passphrase was given'],
      [{ kind: 'key', path: sshd.lockedKey, passphrase: 'wrong' }, 'The passphrase does not open'],
      [{ kind: 'key', path: join(folder, 'absent') }, 'does not exist'],
      [{ kind: 'key', path: open }, 'chmod 600'],
      [{ kind: 'key', path: `${sshd.key}.pub` }, 'chmod 600'],
    ];
    for (const [auth, said] of cases) {
      await expect(ask(withAuth(auth))).rejects.toMatchObject({
        problem: 'access-denied',
        message: expect.stringContaining(said),
      });
    }
  });

  it('says what was tried and what the server takes', async () => {
    const stranger = join(folder, 'unknown-key');
    await runCommandOrThrow('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    await expect(
      ask(withAuth({ kind: 'key', path: stranger }, { kind: 'password', password: 'x' })),
    ).rejects.toMatchObject({
      problem: 'access-denied',
      message: expect.stringMatching(
        /does not let .* in\. Tried: key .*unknown-key\. The server takes: publickey\./,
      ),
    });
  });

  it('says refused, unresolved and unanswered apart', async () => {
    await expect(ask(sshd.target({ port: 1 }))).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('refused the connection'),
    });
    await expect(ask(sshd.target({ host: 'no-such-host.invalid' }))).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringMatching(/does not resolve|could not be looked up/),
    });
  });
});

describe.runIf(process.getuid?.() === 0)('passwords, with an account made for the test', () => {
  let locked: RealSshd;
  beforeAll(async () => {
    // Its own /etc/passwd and shadow in a mount namespace: the machine's accounts stay as they are.
    const hash = (await runCommandOrThrow('openssl', ['passwd', '-6', 'correct horse'])).stdout.trim();
    await copyFile('/etc/passwd', join(folder, 'passwd'));
    await appendFile(join(folder, 'passwd'), 'mailyard-test:x:64321:64321::/tmp:/bin/sh\n');
    await copyFile('/etc/shadow', join(folder, 'shadow'));
    await appendFile(join(folder, 'shadow'), `mailyard-test:${hash}:19000:0:99999:7:::\n`);
    await writeFile(
      join(folder, 'under.sh'),
      '#!/bin/sh\nmount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow && shift && exec "$@"\n',
      { mode: 0o755 },
    );
    locked = await startRealSshd({
      under: ['unshare', '--mount', join(folder, 'under.sh'), folder],
      config: ['PasswordAuthentication yes'],
    });
  });
  afterAll(() => locked?.stop());

  const target = (password: string): SshTarget =>
    locked.target({ user: 'mailyard-test', auth: [{ kind: 'password', password }] });

  it('opens with the right one', async () => {
    expect(await ask(target('correct horse'), 'id -un')).toBe('mailyard-test');
  });

  it('says that a wrong one was refused, without the password in the message', async () => {
    const failed = await ask(target('battery staple')).catch((thrown: unknown) => thrown as Error);
    expect(failed).toMatchObject({ problem: 'access-denied' });
    expect(String((failed as Error).message)).toContain('Tried: password');
    expect(JSON.stringify(failed, Object.getOwnPropertyNames(failed))).not.toContain('battery');
  });
});

describe('host keys, both ways', () => {
  it('stops at an unknown key, and goes on when a person accepted it', async () => {
    const file = join(folder, 'fresh', 'known_hosts');
    const target = sshd.target({ knownHostsFiles: [file] });
    const error = await transport.connect(target, limit).catch((thrown: unknown) => thrown);
    if (!(error instanceof HostKeyError)) throw new Error('expected a HostKeyError');
    expect(error).toMatchObject({
      problem: 'host-key-unknown',
      server: { host: sshd.host, port: sshd.port, knownHostsFile: file },
    });
    const printed = await runCommandOrThrow('ssh-keygen', ['-lf', join(sshd.folder, 'host_ed25519.pub')]);
    expect(printed.stdout).toContain(error.hostKey.fingerprint);
    await appendKnownHost(file, error.server, error.hostKey);
    expect(await ask(target)).toBe('in');
    const found = await runCommandOrThrow('ssh-keygen', ['-F', `[${sshd.host}]:${sshd.port}`, '-f', file]);
    expect(found.stdout).toContain('found: line 1');
  });

  it('writes hashed names into a file that has them, and OpenSSH understands', async () => {
    const file = join(folder, 'hashed');
    await writeFile(
      file,
      'other ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILWTkk3Afd+TQgk9Lx1gQFzb1kdInS/RXNqCFudwHli9',
    );
    await runCommandOrThrow('ssh-keygen', ['-q', '-H', '-f', file]);
    const target = sshd.target({ knownHostsFiles: [file] });
    const error = (await transport.connect(target, limit).catch((thrown: unknown) => thrown)) as HostKeyError;
    await appendKnownHost(file, error.server, error.hostKey);
    expect(await readFile(file, 'utf8')).not.toContain(sshd.host);
    expect(await ask(target)).toBe('in');
    await runCommandOrThrow('ssh-keygen', ['-F', `[${sshd.host}]:${sshd.port}`, '-f', file]);
  });

  it('asks for the key type that is recorded, so that no false alarm comes', async () => {
    for (const type of ['ed25519', 'ecdsa', 'rsa']) {
      const file = join(folder, `only-${type}`);
      await writeFile(file, await sshd.knownHostsLines([type]));
      expect(await ask(sshd.target({ knownHostsFiles: [file] }))).toBe('in');
    }
  });

  it('stops hard at a changed key; the line that it prints mends it', async () => {
    const file = join(folder, 'changed');
    const other = await startRealSshd();
    const lines = (await other.knownHostsLines()).replaceAll(`:${other.port} `, `:${sshd.port} `);
    await other.stop();
    await writeFile(file, lines);
    const target = sshd.target({ knownHostsFiles: [file] });
    const error = await transport.connect(target, limit).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: 'host-key-changed' });
    const command = (error as Error).message.split('\n').at(-1)!;
    expect(command).toMatch(/^ssh-keygen -f \S+ -R /);
    await runCommandOrThrow('sh', ['-c', command]);
    await expect(transport.connect(target, limit)).rejects.toMatchObject({ problem: 'host-key-unknown' });
  });

  it('honours HostKeyAlias', async () => {
    const file = join(folder, 'alias');
    await writeFile(
      file,
      (await sshd.knownHostsLines()).replaceAll(`[${sshd.host}]:${sshd.port}`, 'mail-one'),
    );
    expect(await ask(sshd.target({ knownHostsFiles: [file], knownAs: 'mail-one' }))).toBe('in');
  });
});

describe('jump hosts', () => {
  let bastion: RealSshd;
  beforeAll(async () => {
    bastion = await startRealSshd();
  });
  afterAll(() => bastion?.stop());

  it('goes through one, on one shared connection', async () => {
    const target = sshd.target({ jump: bastion.target() });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => ask(target, `echo ${at}`)));
    expect(answers).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(bastion.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  it('goes through two', async () => {
    const first = await startRealSshd({ like: sshd });
    const target = sshd.target({ jump: bastion.target({ jump: first.target() }) });
    expect(await ask(target)).toBe('in');
    await first.stop();
  });

  it('verifies each hop under its own name', async () => {
    const unknownBastion = sshd.target({ jump: bastion.target({ knownHostsFiles: [join(folder, 'none')] }) });
    await expect(transport.connect(unknownBastion, limit)).rejects.toMatchObject({
      problem: 'host-key-unknown',
      server: { port: bastion.port },
    });
    const unknownServer = sshd.target({ knownHostsFiles: [bastion.knownHosts], jump: bastion.target() });
    await expect(transport.connect(unknownServer, limit)).rejects.toMatchObject({
      problem: 'host-key-unknown',
      server: { port: sshd.port },
    });
  });

  it('says that the bastion cannot reach the server', async () => {
    const nowhere = sshd.target({ port: 1, jump: bastion.target() });
    await expect(transport.connect(nowhere, limit)).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('could not open a way to'),
    });
  });

  it('tells those behind it when it goes', async () => {
    const own = await startRealSshd({ like: bastion });
    const connection = await transport.connect(sshd.target({ jump: own.target() }), limit);
    await own.stop();
    expect(await connection.closed).toMatchObject({ problem: 'unreachable' });
    await expect(connection.exec('true')).rejects.toMatchObject({ problem: 'unreachable' });
  });
});
