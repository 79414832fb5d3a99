/** Agents that mean harm, through a real sshd: cut off with a plain sentence, no crash, little memory. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedLink, followLink, startGate } from '../support/agents/followed-link.ts';
import {
  behave,
  hello,
  type Script,
  startScriptedAgent,
  type Visit,
} from '../support/agents/scripted-agent.ts';
import { pour } from '../support/sshd/hostile-server.ts';
import { type RealSshd, startRealSshd } from '../support/sshd/real-sshd.ts';

const mebibyte = 1024 * 1024;
let keys: RealSshd;
const ends: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  keys = await startRealSshd();
});
afterAll(() => keys?.stop());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function follow(path: string): Promise<FollowedLink> {
  const sshd = await startGate(path, keys);
  ends.push(() => sshd.stop());
  const followed = followLink(sshd, { syncTimeoutMs: 2_000 });
  ends.push(() => followed.stop());
  followed.link.start();
  return followed;
}

async function linked(script: Script): Promise<FollowedLink> {
  const agent = await startScriptedAgent(script);
  ends.push(() => agent.stop());
  return follow(agent.path);
}

/** The worst resident size above the one at the start, sampled while the work runs. Unit: bytes. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 10);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

/** Refused, once, by a sentence that a terminal may show. */
async function expectCutOff(followed: FollowedLink): Promise<string> {
  const { reason, problem } = await followed.reaches('refused');
  expect(problem).toBe('bad-input');
  expect(reason).toContain('The agent of mx1 was cut off');
  expect(reason).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  expect(reason.length).toBeLessThan(600);
  return reason;
}

const raw = (visit: Visit): Socket => (visit.socket as unknown as { _socket: Socket })._socket;

/** The head of a WebSocket frame of any size; the body need never come. */
function frameHead(opcode: number, bytes: number, last = true): Buffer {
  const head = Buffer.alloc(10);
  head[0] = (last ? 0x80 : 0) | opcode;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

describe('an agent that says what no agent says', () => {
  const lies: [string, Script, RegExp][] = [
    ['noise', (visit) => visit.sayRaw('\u001b[2J\u0007{{{'), /not JSON/],
    ['a binary frame', (visit) => visit.sayRaw(Buffer.from([1, 2, 3])), /binary/],
    ['an unknown kind', (visit) => visit.sayRaw('{"kind":"own-you"}'), /protocol/],
    [
      'numbers before hello',
      (visit) => visit.sayRaw('{"kind":"beat","n":1,"nowMs":1}'),
      /before it said hello/,
    ],
    [
      'fields that nobody named',
      async (visit) => {
        await behave(visit);
        visit.sayRaw('{"kind":"beat","n":1,"nowMs":1,"run":"rm -rf /"}');
      },
      /protocol/,
    ],
    [
      'JSON as deep as the sea',
      async (visit) => {
        await behave(visit);
        visit.sayRaw(`{"kind":"readings","atMs":1,"roles":${'['.repeat(100_000)}`);
      },
      /JSON/,
    ],
    [
      'values for metrics that do not exist',
      async (visit) => {
        await behave(visit);
        visit.say({ kind: 'delta', seq: 2, atMs: Date.now(), i: [1999], v: [1] });
      },
      /no schema named/,
    ],
  ];
  it.each(lies)('(%s) is cut off', async (_, script, why) => {
    expect(await expectCutOff(await linked(script))).toMatch(why);
  });

  it('is not asked again until a person says so', async () => {
    let visits = 0;
    const followed = await linked((visit) => {
      visits += 1;
      visit.sayRaw('noise');
    });
    await expectCutOff(followed);
    followed.link.retry();
    await followed.until(
      () => followed.told.statuses.filter((status) => status.state === 'refused').length === 2,
    );
    expect(visits).toBe(2);
  });
});

describe('an agent that sends too much', () => {
  it('in one frame of 100 MB is cut off at its head', async () => {
    const followed = await linked(async (visit) => {
      await behave(visit);
      const socket = raw(visit);
      socket.write(frameHead(1, 100 * mebibyte));
      pour(socket, () => Buffer.alloc(65_536, 'x'), 100 * mebibyte);
    });
    expect(await growthDuring(() => expectCutOff(followed))).toBeLessThan(96 * mebibyte);
  });

  it('in 100 MB of fragments is cut off', async () => {
    const followed = await linked(async (visit) => {
      await behave(visit);
      const piece = Buffer.concat([frameHead(1, 65_536, false), Buffer.alloc(65_536, 'x')]);
      const next = Buffer.concat([frameHead(0, 65_536, false), Buffer.alloc(65_536, 'x')]);
      raw(visit).write(piece);
      pour(raw(visit), () => next, 100 * mebibyte);
    });
    expect(await growthDuring(() => expectCutOff(followed))).toBeLessThan(96 * mebibyte);
  });

  it('as a flood of small frames is cut off', async () => {
    const followed = await linked(async (visit) => {
      await behave(visit);
      const beat = Buffer.from('{"kind":"beat","n":1,"nowMs":1}');
      const frame = Buffer.concat([Buffer.from([0x81, beat.length]), beat]);
      pour(raw(visit), () => Buffer.concat(Array.from({ length: 500 }, () => frame)), 20 * mebibyte);
    });
    expect(await growthDuring(() => expectCutOff(followed))).toBeLessThan(96 * mebibyte);
    expect(followed.link.status.reason).toContain('frames a second');
  });

  it('as a flood of pings does no harm', async () => {
    const followed = await linked(async (visit) => {
      await behave(visit);
      pour(
        raw(visit),
        () => Buffer.concat(Array.from({ length: 500 }, () => Buffer.from([0x89, 0]))),
        200_000,
      );
    });
    await followed.until(() => followed.told.samples.length >= 2);
    expect(followed.link.status.state).toBe('live');
  });

  it('on stderr is not kept', async () => {
    const sshd = await startRealSshd({
      like: keys,
      config: ['ForceCommand head -c 50000000 /dev/zero >&2; printf "\\033[31mthe end" >&2; exit 1'],
    });
    ends.push(() => sshd.stop());
    const followed = followLink(sshd);
    ends.push(() => followed.stop());
    const growth = await growthDuring(async () => {
      followed.link.start();
      await followed.reaches('lost');
    });
    expect(growth).toBeLessThan(96 * mebibyte);
    expect(followed.link.status.reason).not.toMatch(/\p{Cc}/u);
  });
});

describe('an agent that calls itself names', () => {
  it('has the terminal escapes stripped at the border', async () => {
    const followed = await linked(
      (visit) =>
        void behave(visit, {
          hello: hello({
            hostname: '\u001b]0;owned\u0007mx1\u009b2J',
            agentVersion: '\u202e1.0',
            bootId: 'a\r\nb',
          }),
        }),
    );
    await followed.reaches('live');
    expect(JSON.stringify(followed.told.hellos).replaceAll('\\ufffd', '')).not.toMatch(
      /\\u00|\u202e|\\r|\\n|\u009b/,
    );
    expect(followed.told.hellos[0]!.hostname).toContain('mx1');
  });
});

describe('something behind the gate that is no agent', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailyard-no-agent-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function plain(script: (socket: Socket) => void): Promise<FollowedLink> {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.sock`);
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      script(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    return follow(path);
  }

  const strangers: [string, (socket: Socket) => void][] = [
    ['a web page', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')],
    [
      'a redirect to elsewhere',
      (socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: ws://evil.invalid/\r\n\r\n'),
    ],
    [
      'an upgrade with a wrong answer',
      (socket) =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bad\r\n\r\n',
        ),
    ],
    [
      'endless headers',
      (socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n');
        pour(socket, () => Buffer.from(`X: ${'y'.repeat(8000)}\r\n`), 20 * mebibyte);
      },
    ],
    ['noise', (socket) => socket.end('\u001b[2J\u0000\u0001\u0002\r\n\r\n')],
  ];
  it.each(strangers)('(%s) is cut off', async (_, script) => {
    await expectCutOff(await plain(script));
  });

  it('(silence) is given up, said, and tried again', async () => {
    const followed = await plain(() => {});
    const lost = await followed.reaches('lost');
    expect(lost.reason).toContain('did not send its first picture within 2 s');
    await followed.reaches('syncing');
  });
});
