/** Commands, streams and many connects against the system's own sshd. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import type { SshConnection } from '../../main/ssh/transport.ts';
import { type RealSshd, startRealSshd } from '../support/sshd/real-sshd.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const limit = { timeoutMs: 10_000 * scale };
const transport = new Ssh2Transport();
let sshd: RealSshd;
let connection: SshConnection;

beforeAll(async () => {
  sshd = await startRealSshd();
  connection = await transport.connect(sshd.target(), limit);
});
afterAll(async () => {
  transport.dispose();
  await sshd?.stop();
});

describe('a command', () => {
  it('gets its input and gives output, errors and code apart', async () => {
    expect(await connection.exec('cat; echo bad >&2; exit 3', { stdin: '{"a":1}' })).toEqual({
      code: 3,
      stdout: '{"a":1}',
      stderr: 'bad\n',
    });
  });

  it('tells an end by a signal as a shell does', async () => {
    expect(await connection.exec('kill -TERM $$')).toMatchObject({ code: 143 });
  });

  it('carries a megabyte both ways', async () => {
    const stdin = 'x'.repeat(1_000_000);
    expect((await connection.exec('cat', { stdin })).stdout).toBe(stdin);
  });

  it('is given up after its time, and its outcome is called unknown', async () => {
    await expect(connection.exec('sleep 60', { timeoutMs: 200 })).rejects.toMatchObject({
      problem: 'timeout',
      message: expect.stringContaining('Observe again'),
    });
  });

  it('ends with the signal’s own reason', async () => {
    const stop = new AbortController();
    const running = connection.exec('sleep 60', { signal: stop.signal });
    stop.abort(new Error('not needed'));
    await expect(running).rejects.toThrow('not needed');
  });

  it('is cut off when it says too much', async () => {
    await expect(connection.exec('yes', { maxBytes: 100_000 })).rejects.toMatchObject({
      problem: 'command-failed',
    });
    expect((await connection.exec('echo still here')).stdout).toBe('still here\n');
  });

  it('waits its turn beyond the sessions that sshd allows', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => connection.exec(`echo ${at}`)));
    expect(answers.map((answer) => Number(answer.stdout))).toEqual(Array.from({ length: 40 }, (_, at) => at));
  });

  it('waits its turn beyond what a stricter sshd allows, too', async () => {
    const strict = await startRealSshd({ like: sshd, config: ['MaxSessions 2'] });
    const own = await transport.connect(strict.target({ knownHostsFiles: [strict.knownHosts] }), limit);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => own.exec(`echo ${at}`)));
    expect(answers.map((answer) => Number(answer.stdout))).toEqual(Array.from({ length: 12 }, (_, at) => at));
    own.close();
    await strict.stop();
  });

  it('that was running when the connection died is called unknown', async () => {
    const own = await startRealSshd({ like: sshd });
    const doomed = await transport.connect(own.target(), limit);
    const stream = await doomed.stream('cat');
    const running = expect(doomed.exec('sleep 60')).rejects.toMatchObject({ problem: 'unreachable' });
    stream.resume();
    await own.stop();
    await running;
    expect(await stream.outcome).toEqual({ code: null, stderr: '' });
    expect(await doomed.closed).toMatchObject({ problem: 'unreachable' });
  });
});

describe('a stream', () => {
  it('passes bytes both ways, and says how the program ended', async () => {
    const stream = await connection.stream('head -c 5; printf "\\033[31mno\\n" >&2; exit 126');
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.write('hello');
    expect(await stream.outcome).toEqual({ code: 126, stderr: '\ufffd[31mno' });
    expect(Buffer.concat(chunks).toString()).toBe('hello');
  });
});

describe('many connects at once', () => {
  it('all arrive at an sshd that drops what is beyond MaxStartups', async () => {
    const small = await startRealSshd({ like: sshd, config: ['MaxStartups 10:100:10'] });
    const own = new Ssh2Transport();
    const connections = await Promise.all(
      Array.from({ length: 40 }, () => own.connect(small.target(), { timeoutMs: 30_000 })),
    );
    expect(connections).toHaveLength(40);
    expect(small.log()).not.toMatch(/MaxStartups|drop connection/i);
    own.dispose();
    await small.stop();
  }, 90_000);
});
