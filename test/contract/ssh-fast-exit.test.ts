/** A command that is over before we look: its exit code and output arrive in one piece with the channel's opening. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import { startHostileSsh } from '../support/sshd/hostile-server.ts';

it('loses neither the exit code nor the output of a command that ends at once', async () => {
  const server = await startHostileSsh({
    onAuth: (context) => context.accept(),
    onConnection: (connection) => {
      connection.on('session', (accept) => {
        accept().on('exec', (start, _refuse, { command }) => {
          const socket = (connection as unknown as { _sock: { cork(): void; uncork(): void } })._sock;
          socket.cork();
          const channel = start();
          channel.write(command);
          channel.stderr.write('quick');
          channel.exit(7);
          channel.end();
          setImmediate(() => socket.uncork());
        });
      });
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'mailyard-fast-'));
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${server.port} ssh-rsa ${server.hostKey.key}\n`);
  const transport = new Ssh2Transport();
  try {
    const connection = await transport.connect(
      {
        host: '127.0.0.1',
        port: server.port,
        user: 'op',
        auth: [{ kind: 'password', password: 'x' }],
        knownHostsFiles: [join(folder, 'known')],
        jump: null,
      },
      { timeoutMs: 10_000 },
    );
    for (let round = 0; round < 20; round += 1) {
      expect(await connection.exec(`echo ${round}`)).toEqual({
        code: 7,
        stdout: `echo ${round}`,
        stderr: 'quick',
      });
    }
    const stream = await connection.stream('telemetry');
    stream.resume();
    expect(await stream.outcome).toEqual({ code: 7, stderr: 'quick' });
  } finally {
    transport.dispose();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
