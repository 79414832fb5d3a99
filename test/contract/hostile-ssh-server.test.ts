/** SSH servers that mean harm: they get no credential, and we get a plain sentence. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import type { SshTarget } from '../../main/ssh/transport.ts';
import {
  type HostileServer,
  makeHostKey,
  type PlainServer,
  pour,
  startHostileSsh,
  startPlainServer,
} from '../support/sshd/hostile-server.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const secret = 'correct horse battery staple';
let folder = '';
let transport: Ssh2Transport;
const running: (HostileServer | PlainServer)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailyard-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  transport = new Ssh2Transport();
});
afterEach(async () => {
  transport.dispose();
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function target(port: number, recorded: string | null): Promise<SshTarget> {
  const file = join(folder, `known-${port}`);
  await writeFile(file, recorded === null ? '' : `[127.0.0.1]:${port} ssh-rsa ${recorded}\n`);
  return {
    host: '127.0.0.1',
    port,
    user: 'op',
    auth: [{ kind: 'password', password: secret }],
    knownHostsFiles: [file],
    jump: null,
  };
}

async function failure(aim: SshTarget, timeoutMs = 5_000): Promise<Error & { problem: string }> {
  const failed: unknown = await transport.connect(aim, { timeoutMs: timeoutMs * scale }).then(
    () => new Error('it connected'),
    (thrown: unknown) => thrown,
  );
  const error = failed as Error & { problem: string };
  // A person reads it in a terminal, too: nothing in it may steer one.
  expect(error.message).not.toMatch(/[^\P{Cc}\n]/u);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
  return error;
}

describe('a server with a key that is not accepted', () => {
  it('that is unknown gets not one authentication packet', async () => {
    const server = await startHostileSsh();
    running.push(server);
    const error = await failure(await target(server.port, null));
    expect(error).toMatchObject({ problem: 'host-key-unknown', hostKey: server.hostKey });
    expect([server.authPackets(), server.passwords]).toEqual([0, []]);
  });

  it('that differs from the recorded one gets not one authentication packet', async () => {
    const server = await startHostileSsh();
    running.push(server);
    const recorded = makeHostKey().getPublicSSH().toString('base64');
    const error = await failure(await target(server.port, recorded));
    expect(error.problem).toBe('host-key-changed');
    expect(error.message).toContain(`-R '[127.0.0.1]:${server.port}'`);
    expect([server.authPackets(), server.passwords]).toEqual([0, []]);
  });

  it('that it shows but does not hold gets not one authentication packet', async () => {
    const victim = makeHostKey().getPublicSSH();
    const server = await startHostileSsh({ pretends: victim });
    running.push(server);
    const error = await failure(await target(server.port, victim.toString('base64')));
    expect(error).toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('signature verification failed'),
    });
    expect([server.authPackets(), server.passwords]).toEqual([0, []]);
  });

  it('is told from one that is accepted: that one does get the password', async () => {
    const server = await startHostileSsh();
    running.push(server);
    const error = await failure(await target(server.port, server.hostKey.key));
    expect(error.problem).toBe('access-denied');
    expect(server.passwords).toEqual([secret]);
    expect(server.authPackets()).toBeGreaterThan(1);
  });
});

describe('a server that does not take passwords', () => {
  it('is not sent one', async () => {
    const server = await startHostileSsh({ onAuth: (context) => context.reject(['publickey']) });
    running.push(server);
    const error = await failure(await target(server.port, server.hostKey.key));
    expect(error.message).toContain('The server takes: publickey');
    expect(server.passwords).toEqual([]);
  });
});

describe('a server that hangs', () => {
  const stages: [string, (socket: Socket) => void, RegExp][] = [
    ['before its greeting', () => {}, /sent no SSH greeting within/],
    [
      'after its greeting',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
      /did not finish the key exchange within/,
    ],
    ['after half a greeting', (socket) => socket.write('SSH-2.0-Open'), /within/],
  ];
  it.each(stages)('%s is given up in time', async (_, script, said) => {
    const server = await startPlainServer(script);
    running.push(server);
    const error = await failure(await target(server.port, null), 400);
    expect(error).toMatchObject({ problem: 'timeout', message: expect.stringMatching(said) });
  });

  it('in the login is given up in time', async () => {
    const server = await startHostileSsh({ onAuth: () => {} });
    running.push(server);
    const error = await failure(await target(server.port, server.hostKey.key), 1_000);
    expect(error).toMatchObject({
      problem: 'timeout',
      message: expect.stringContaining('did not finish the login'),
    });
    expect(server.passwords).toEqual([]);
  });

  it('is left at once when the person gives up', async () => {
    const server = await startPlainServer(() => {});
    running.push(server);
    const stop = new AbortController();
    const connecting = transport.connect(await target(server.port, null), {
      timeoutMs: 60_000,
      signal: stop.signal,
    });
    setImmediate(() => stop.abort(new Error('given up')));
    await expect(connecting).rejects.toThrow('given up');
  });
});

describe('something that is no SSH server', () => {
  const garbage: [string, (socket: Socket) => void][] = [
    ['a mail server', (socket) => socket.write('220 mx1 ESMTP Postfix\r\n')],
    ['a web server', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['noise', (socket) => socket.end(randomBytes(20_000))],
    ['one endless line', (socket) => pour(socket, () => Buffer.alloc(65_536, 'x'), 50_000_000)],
    ['endless lines', (socket) => pour(socket, () => Buffer.from('hello\r\n'.repeat(2000)), 50_000_000)],
    ['an old protocol', (socket) => socket.end('SSH-1.5-old\r\n')],
    ['terminal escapes', (socket) => socket.end('\u001b]0;owned\u0007\u001b[2J\r\n\u202eevil\r\n')],
    [
      'a greeting, then noise',
      (socket) => socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64, 0xff)])),
    ],
    [
      'a greeting, then a packet of 4 GB',
      (socket) =>
        socket.write(
          Buffer.concat([
            Buffer.from('SSH-2.0-x\r\n'),
            Buffer.from([0xff, 0xff, 0xff, 0xff, 4, 20]),
            Buffer.alloc(256),
          ]),
        ),
    ],
    [
      'a disconnect with escapes in its reason',
      (socket) => socket.write(disconnect('\u001b[31mgo away\u0007')),
    ],
  ];
  it.each(garbage)('(%s) makes a plain message and no crash', async (_, script) => {
    const server = await startPlainServer(script);
    running.push(server);
    const before = process.memoryUsage().rss;
    const error = await failure(await target(server.port, null), 1_000);
    expect(['unreachable', 'timeout']).toContain(error.problem);
    expect(error.message.length).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('that says nothing and hangs up is asked again, and then called by its name', async () => {
    let calls = 0;
    const server = await startPlainServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    running.push(server);
    const error = await failure(await target(server.port, null), 5_000);
    expect(error.message).toContain('closed the connection before greeting');
    expect(calls).toBe(3);
  });

  it('quotes what answered instead', async () => {
    const server = await startPlainServer((socket) => socket.write('220 mx1 ESMTP Postfix\r\n'));
    running.push(server);
    expect((await failure(await target(server.port, null), 300)).message).toContain(
      '"220 mx1 ESMTP Postfix"',
    );
  });
});

describe('a server that changes its mind', () => {
  it('and its host key at the next key exchange is left', async () => {
    const server = await startHostileSsh({
      onAuth: (context) => context.accept(),
      onConnection: (connection) => {
        connection.on('ready', () => {
          const protocol = (
            connection as unknown as { _protocol: { _hostKeys: Record<string, unknown>; rekey(): void } }
          )._protocol;
          const other = makeHostKey();
          for (const type of Object.keys(protocol._hostKeys)) protocol._hostKeys[type] = other;
          setTimeout(() => protocol.rekey(), 50);
        });
      },
    });
    running.push(server);
    const connection = await transport.connect(await target(server.port, server.hostKey.key), {
      timeoutMs: 5_000 * scale,
    });
    expect(await connection.closed).toMatchObject({ problem: 'unreachable' });
  });
});

/** SSH_MSG_DISCONNECT in clear, as a server may send it before the key exchange. */
function disconnect(reason: string): Buffer {
  const text = Buffer.from(reason);
  const payload = Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), length(text), text, length(Buffer.alloc(0))]);
  const padding = 8 - ((5 + payload.length) % 8) + 8;
  const packet = Buffer.concat([Buffer.from([padding]), payload, Buffer.alloc(padding)]);
  return Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), length(packet), packet]);
}

function length(bytes: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes.length);
  return prefix;
}
