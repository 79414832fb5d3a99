import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseRepositories } from '../../../support/lab/apt-mirror.ts';
import { hostBlocker } from '../../../support/lab/host-check.ts';
import { readInstance } from '../../../support/lab/instance.ts';
import { waitFor } from '../../../support/lab/limits.ts';
import { tryLock, waitForLock } from '../../../support/lab/lock.ts';
import { macOf } from '../../../support/lab/node-identity.ts';
import { identify, isAlive } from '../../../support/lab/process-identity.ts';
import { parseTopology, readTopology, spinePath } from '../../../support/lab/topology.ts';

describe('whether a machine can run a lab', () => {
  const good = { platform: 'linux', uid: 0, hasCapabilities: true };

  it.each([
    ['a root on Linux', good, null],
    ['a Mac', { ...good, platform: 'darwin' }, /this is darwin.*Linux machine or VM/],
    ['a plain user', { ...good, uid: 1000 }, /only root may.*sudo/],
    ['root in a closed container', { ...good, hasCapabilities: false }, /--privileged/],
  ])('%s', (_, facts, expected) => {
    const blocker = hostBlocker(facts);
    if (expected === null) expect(blocker).toBeNull();
    else expect(blocker).toMatch(expected);
  });
});

describe('the mirror that nodes install from', () => {
  it("is the host's own, with its security archive", () => {
    const listing =
      'http://mirror.example/debian/ bookworm main\nhttp://mirror.example/debian/ bookworm-updates main\nhttp://mirror.example/debian-security/ bookworm-security main\n';
    expect(chooseRepositories(listing)).toEqual({
      archive: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    });
  });

  it("is written in the cache's own way when it speaks https", () => {
    expect(chooseRepositories('https://mirror.example/debian/ trixie main').archive).toBe(
      'http://HTTPS///mirror.example/debian',
    );
  });

  it.each([
    ['an Ubuntu host', 'http://mirror.example/ubuntu/ noble main'],
    ['a host with third-party archives only', 'http://mirror.example/nodesource/ nodistro main'],
    ['a host that installs from a disc', 'cdrom://Debian/ trixie main'],
    ['a host without sources', ''],
  ])('is left to mmdebstrap for %s', (_, listing) => {
    expect(chooseRepositories(listing)).toEqual({ archive: null, security: null });
  });
});

describe('a topology', () => {
  it('of the spine has its six nodes and two VIPs', () => {
    const { clusters } = readTopology(spinePath);
    expect(Object.values(clusters).flatMap(({ nodes }) => Object.keys(nodes))).toEqual([
      'edge1',
      'edge2',
      'mx1',
      'mx2',
      'store1',
      'store2',
    ]);
    expect([clusters['edge']?.vip, clusters['store']?.vip]).toEqual([10, 30]);
  });

  const base = (rest: string): string => `name: t\ndomain: yard.test\nclusters:\n${rest}`;
  it.each([
    ['an address used twice', '  a: {image: bare, nodes: {n1: 11, n2: 11}}', /n2 and n1 both use 11/],
    [
      'a name used twice',
      '  a: {image: bare, nodes: {n: 11}}\n  b: {image: bare, nodes: {n: 12}}',
      /both use n/,
    ],
    ['a VIP that is a node', '  a: {image: bare, vip: 11, nodes: {n: 11}}', /both use 11/],
    ['an unknown image', '  a: {image: fax, nodes: {n: 11}}', /clusters\.a\.image/],
    ['an address of the bare range', '  a: {image: bare, nodes: {n: 100}}', /clusters\.a\.nodes\.n/],
    ['a name too long for an interface', '  a: {image: bare, nodes: {averylongname: 11}}', /at most nine/],
    ['an unknown word', '  a: {image: bare, nodez: {}, nodes: {}}', /nodez/],
  ])('with %s is refused, and the place named', (_, clusters, message) => {
    expect(() => parseTopology(base(clusters), 'x.yaml')).toThrow(message);
  });

  it('that is not there or not YAML is refused in a sentence', () => {
    expect(() => readTopology('/nowhere.yaml')).toThrow(/nowhere\.yaml cannot be read/);
    expect(() => parseTopology('a: [', 'x.yaml')).toThrow(/x\.yaml is not YAML/);
  });
});

describe('a lab of another name', () => {
  it('shares nothing that is on the machine but the cache', () => {
    const main = readInstance({});
    const other = readInstance({ MAILYARD_LAB: 'other' });
    expect(main).toMatchObject({ bridge: 'mailyard0', prefix: '10.78.0', hostAddress: '10.78.0.1' });
    for (const key of ['bridge', 'prefix', 'machinePrefix', 'cgroup', 'stateDir'] as const) {
      expect(other[key]).not.toBe(main[key]);
    }
    expect(other.cacheDir).toBe(main.cacheDir);
    expect(() => readInstance({ MAILYARD_LAB: '../x' })).toThrow(/lower-case letters/);
  });

  it('gives an address the same hardware address each time, and different ones different', () => {
    expect(macOf('10.78.0.21')).toBe('02:4d:0a:4e:00:15');
    expect(macOf('10.78.0.22')).not.toBe(macOf('10.78.0.21'));
  });
});

describe('the lock', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lab-lock-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is had by one, who is named to the other, and is free again after release', () => {
    const path = join(dir, 'lock');
    const first = tryLock(path, 'lab up');
    if ('heldBy' in first) throw new Error('a fresh lock was held');
    expect(tryLock(path, 'lab down')).toMatchObject({ heldBy: expect.stringContaining('`lab up` (pid') });
    first.release();
    expect(tryLock(path, 'lab down')).not.toHaveProperty('heldBy');
  });

  it.each([
    ['died', { pid: 2 ** 22 - 1, startTicks: 1 }],
    ['died and left its pid to another', { pid: process.pid, startTicks: 1 }],
  ])('of a holder that %s is taken over', (_, holder) => {
    const path = join(dir, 'lock');
    writeFileSync(path, JSON.stringify({ ...holder, purpose: 'lab up', sinceMs: 0 }));
    expect(tryLock(path, 'lab up')).not.toHaveProperty('heldBy');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('is waited for, with a limit', async () => {
    const path = join(dir, 'lock');
    const first = tryLock(path, 'first');
    if ('heldBy' in first) throw new Error('a fresh lock was held');
    const waiting = waitForLock(path, 'second', 5_000);
    first.release();
    (await waiting).release();
    tryLock(path, 'third');
    await expect(waitForLock(path, 'fourth', 20)).rejects.toThrow(/held by `third`/);
  });
});

describe('waiting', () => {
  it('asks until the condition holds, and gives up with what it waited for', async () => {
    let asked = 0;
    const wait = { limitMs: 5_000, everyMs: 1 };
    expect(await waitFor('a third answer', () => (++asked === 3 ? asked : null), wait)).toBe(3);
    await expect(waitFor('Godot', () => false, { limitMs: 5, everyMs: 1 })).rejects.toThrow(
      /for Godot, in vain/,
    );
  });

  it('ends when it is called off', async () => {
    const signal = AbortSignal.abort();
    await expect(waitFor('anything', () => null, { limitMs: 5_000, signal })).rejects.toThrow();
  });
});

describe('a process', () => {
  it('is known by pid and start time', () => {
    const me = identify(process.pid);
    expect(isAlive(me)).toBe(true);
    expect(isAlive(me && { ...me, startTicks: me.startTicks + 1 })).toBe(false);
    expect(identify(2 ** 22 - 1)).toBeNull();
  });
});
