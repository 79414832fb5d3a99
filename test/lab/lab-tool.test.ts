/**
 * The lab itself, tried on labs of its own beside the one that may be running:
 * what it says of a machine must be true of the machine.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAptCache } from '../support/lab/apt-cache.ts';
import { readInstance } from '../support/lab/instance.ts';
import { type Lab, openLab, type Topology } from '../support/lab/lab.ts';
import { runLabCli, startLabCli } from '../support/lab/lab-cli.ts';
import { waitFor } from '../support/lab/limits.ts';
import { type Lock, waitForLock } from '../support/lab/lock.ts';
import { isAlive, signalProcess } from '../support/lab/process-identity.ts';
import { runCommand } from '../support/lab/run-command.ts';
import { readSshBanner } from '../support/lab/ssh-banner.ts';
import { leftovers, machineProcesses } from '../support/lab/sweep.ts';

const twins: Topology = {
  name: 'twins',
  domain: 'yard.test',
  clusters: { pair: { image: 'bare', debian: 13, vip: 10, nodes: { one: 11, two: 12 } } },
};

// Two runs of this file on one machine would crash each other's labs.
let turn: Lock;
beforeAll(async () => {
  turn = await waitForLock('/run/mailyard-lab-tool-test.lock', 'lab-tool.test.ts', 300_000);
});
afterAll(() => turn.release());

describe('a lab of two bare servers', () => {
  const lab = openLab(readInstance({ ...process.env, MAILYARD_LAB: 'labtool' }));

  beforeAll(async () => {
    await lab.down();
    await lab.up(twins);
  });
  afterAll(() => lab.down());

  const answers = (name: string): Promise<boolean> =>
    readSshBanner(lab.node(name).address, 2_000).then((banner) => banner !== null);

  it('lets root in by key, and shows the host keys that known_hosts names', async () => {
    const login = await ssh(lab, 'one', ['hostname', '-f']);
    expect(login).toMatchObject({ code: 0, stdout: 'one.yard.test\n' });
    expect(lab.node('one').hostKeys).not.toEqual(lab.node('two').hostKeys);
  });

  it('boots to a quiet Debian: nothing failed, journal, log socket and transient units work', async () => {
    const ended = ['running', 'degraded', 'maintenance'];
    const state = await waitFor(
      'the boot of one to end',
      () => systemState(lab, 'one').then((now) => ended.includes(now) && now),
      { limitMs: 30_000 },
    );
    expect(await lab.mustExec('one', ['systemctl', '--failed', '--no-legend'])).toBe('');
    expect(state).toBe('running');
    expect((await lab.mustExec('one', ['cat', '/etc/debian_version'])).startsWith('13')).toBe(true);
    await lab.mustExec('one', [
      'systemd-run',
      '--wait',
      '--quiet',
      'logger',
      '--tag',
      'lab-test',
      'it was heard',
    ]);
    await waitFor(
      'the message in the journal',
      () =>
        lab
          .mustExec('one', ['journalctl', '-t', 'lab-test', '-o', 'cat'])
          .then((text) => /it was heard/.test(text)),
      { limitMs: 10_000 },
    );
  });

  it('knows all names on all nodes and offers no way out', async () => {
    const found = await lab.mustExec('one', ['getent', 'hosts', 'two', 'pair-vip', 'lab-host']);
    for (const name of ['two', 'pair-vip', 'lab-host']) expect(found).toContain(name);
    expect(await lab.mustExec('one', ['ip', 'route', 'show', 'default'])).toBe('');
  });

  it('can add and hold a virtual address', async () => {
    const vip = lab.status().vips['pair'] ?? '';
    await lab.mustExec('one', ['ip', 'address', 'add', `${vip}/24`, 'dev', 'host0']);
    expect(await readSshBanner(vip, 2_000)).not.toBeNull();
    await lab.mustExec('one', ['ip', 'address', 'delete', `${vip}/24`, 'dev', 'host0']);
  });

  it('freezes one node so that nothing of it answers, while its twin does', async () => {
    await lab.freeze('one');
    try {
      expect(lab.node('one').state).toBe('frozen');
      expect(await answers('one')).toBe(false);
      expect(await answers('two')).toBe(true);
      expect(() => lab.exec('one', ['true'])).toThrow(/frozen/);
    } finally {
      await lab.thaw('one');
    }
    expect(await answers('one')).toBe(true);
    expect(lab.node('one')).toMatchObject({ state: 'running', cut: false });
  });

  it('stops a unit in one node and leaves its namesake in the twin alone', async () => {
    for (const name of ['one', 'two']) {
      await lab.mustExec(name, ['systemd-run', '--quiet', '--unit=namesake', 'sleep', 'infinity']);
    }
    await lab.mustExec('one', ['systemctl', 'stop', 'namesake']);
    expect((await lab.exec('one', ['systemctl', 'is-active', 'namesake'])).stdout).toBe('inactive\n');
    expect((await lab.exec('two', ['systemctl', 'is-active', 'namesake'])).stdout).toBe('active\n');
    await lab.mustExec('two', ['systemctl', 'stop', 'namesake']);
  });

  it('shuts one node down from within and leaves the twin running', async () => {
    const twin = lab.node('two').pid;
    await lab.exec('one', ['systemctl', 'poweroff']);
    await waitFor('one to be off', () => lab.node('one').state === 'off', { limitMs: 20_000 });
    expect(lab.node('two')).toMatchObject({ state: 'running', pid: twin });
    expect(await answers('two')).toBe(true);
    await lab.power('one', true);
    expect(await answers('one')).toBe(true);
  });

  it('follows a node through a reboot of its own', async () => {
    const before = await bootId(lab, 'one');
    await lab.exec('one', ['systemctl', 'reboot']);
    await waitFor(
      'another boot of one',
      async () =>
        lab.node('one').state === 'running' &&
        (await answers('one')) &&
        (await bootId(lab, 'one')) !== before,
      { limitMs: 30_000 },
    );
    await lab.freeze('one');
    expect(await answers('one')).toBe(false);
    await lab.thaw('one');
    expect(await answers('one')).toBe(true);
  });

  it('keeps disk, machine id and host keys over a power cut, and boots anew', async () => {
    const before = await bootId(lab, 'one');
    const machine = await lab.mustExec('one', ['cat', '/etc/machine-id']);
    await lab.mustExec('one', ['tee', '/root/kept'], { stdin: 'still here\n' });
    await lab.kill('one');
    expect(lab.node('one')).toMatchObject({ state: 'off', pid: null });
    expect(await answers('one')).toBe(false);
    await lab.power('one', true);
    expect((await ssh(lab, 'one', ['cat', '/root/kept', '/etc/machine-id'])).stdout).toBe(
      `still here\n${machine}`,
    );
    expect(await bootId(lab, 'one')).not.toBe(before);
  });

  it('powers a frozen node off without letting it run on', async () => {
    await lab.mustExec('one', [
      'systemd-run',
      '--quiet',
      'sh',
      '-c',
      'while :; do date +%s%N >/root/tick; done',
    ]);
    const tick = join(lab.node('one').root, 'root/tick');
    await waitFor('a first tick', () => existsSync(tick) && readFileSync(tick, 'utf8') !== '', {
      limitMs: 5_000,
    });
    await lab.freeze('one');
    const last = readFileSync(tick, 'utf8');
    await lab.power('one', false);
    expect(readFileSync(tick, 'utf8')).toBe(last);
    await lab.power('one', true);
    expect(await answers('one')).toBe(true);
  });

  it('cuts a node off from its twin and from the host, and heals it', async () => {
    await lab.mustExec('one', ['bash', '-c', reachTwin(lab)]);
    await lab.partition('one');
    expect(lab.node('one')).toMatchObject({ state: 'running', cut: true });
    expect(await answers('one')).toBe(false);
    expect((await lab.exec('one', ['timeout', '1', 'bash', '-c', reachTwin(lab)])).code).not.toBe(0);
    expect(await answers('two')).toBe(true);
    await lab.heal();
    expect(await answers('one')).toBe(true);
    await lab.mustExec('one', ['bash', '-c', reachTwin(lab)]);
  });

  it('gives a cut-off node that was frozen its cable back only when both are over', async () => {
    await lab.partition('one');
    await lab.freeze('one');
    await lab.thaw('one');
    expect(lab.node('one')).toMatchObject({ state: 'running', cut: true });
    await lab.freeze('one');
    await lab.heal('one');
    expect(await answers('one')).toBe(false);
    await lab.thaw('one');
    expect(await answers('one')).toBe(true);
  });

  it('boots one more bare server with a disk that is soon full, and takes it away again', async () => {
    const node = await lab.bare('tiny', { disk: '32M' });
    expect(await lab.mustExec('one', ['getent', 'hosts', 'tiny'])).toContain(node.address);
    const fill = await lab.exec('tiny', ['dd', 'if=/dev/zero', 'of=/big', 'bs=1M', 'count=64']);
    expect(fill.stderr).toContain('No space left on device');
    for (const program of ['sudo', 'node', 'python3']) {
      expect((await lab.exec('tiny', ['which', program])).code).not.toBe(0);
    }
    await lab.remove('tiny');
    expect(() => lab.node('tiny')).toThrow(/no node 'tiny'/);
    expect(await lab.exec('one', ['getent', 'hosts', 'tiny'])).toMatchObject({ code: 2 });
    expect(existsSync(node.root)).toBe(false);
  });

  it('boots Debian 12 where it is asked to, with a login by password', async () => {
    const node = await lab.bare('elder', { debian: 12 });
    expect((await lab.mustExec('elder', ['cat', '/etc/debian_version'])).startsWith('12')).toBe(true);
    const password = readFileSync(lab.status().ssh.passwordFile, 'utf8');
    const shadow = /^root:([^:]+):/m.exec(readFileSync(join(node.root, 'etc/shadow'), 'utf8'))?.[1] ?? '';
    const salt = shadow.split('$')[2] ?? '';
    const hash = await runCommand(['openssl', 'passwd', '-6', '-salt', salt, '-stdin'], {
      stdin: `${password}\n`,
    });
    expect(hash.stdout.trim()).toBe(shadow);
    expect(await lab.mustExec('elder', ['sshd', '-T'])).toMatch(/^passwordauthentication yes$/m);
    await lab.remove('elder');
  });

  it('installs a package through its own cache, also after that had died', async () => {
    // Whatever became of the cache since: the next bare server brings it back.
    const cache = readAptCache(lab.instance);
    if (cache) signalProcess(cache, 'SIGKILL');
    await waitFor('the cache to end', () => !isAlive(cache), { limitMs: 5_000 });
    await lab.bare('next');
    await lab.remove('next');
    await lab.mustExec('two', ['apt-get', '-q', 'update'], { timeoutMs: 120_000 });
    await lab.mustExec('two', ['apt-get', '-q', '-y', 'install', '--no-install-recommends', 'socat'], {
      timeoutMs: 120_000,
    });
    await lab.mustExec('two', ['socat', '-V']);
  });

  it('shows another host key than known_hosts has, when a test asks for that', async () => {
    await lab.bare('impostor');
    expect((await ssh(lab, 'impostor', ['true'])).code).toBe(0);
    await lab.changeHostKey('impostor');
    await waitFor('sshd of impostor', () => answers('impostor'), { limitMs: 10_000 });
    expect((await ssh(lab, 'impostor', ['true'])).stderr).toMatch(/HOST IDENTIFICATION HAS CHANGED/);
    await lab.remove('impostor');
  });

  it('refuses a second lab, and leaves the first as it is', async () => {
    const pid = lab.node('one').pid;
    await expect(lab.up(twins)).rejects.toThrow(/A lab is up already \(twins.*lab -- down/);
    expect(await runLabCli(lab.instance, ['up'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/up already/),
    });
    expect(lab.node('one').pid).toBe(pid);
  });

  it('says on the command line what a newcomer has to know', async () => {
    const status = await runLabCli(lab.instance, ['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      topology: 'twins',
      nodes: [{ name: 'one' }, { name: 'two' }],
    });
    const unknown = await runLabCli(lab.instance, ['freeze', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/no node 'nobody'/) });
    const journal = await runLabCli(lab.instance, ['logs', 'one', '-n', '5']);
    expect(journal).toMatchObject({ code: 0, stdout: expect.stringMatching(/\bone\b/) });
    const remote = await runLabCli(lab.instance, ['ssh', 'one', 'exit', '7']);
    expect(remote.code).toBe(7);
  });
});

describe('a lab that dies while it comes up', () => {
  const lab = openLab(readInstance({ ...process.env, MAILYARD_LAB: 'labcrash' }));
  const dir = mkdtempSync(join(tmpdir(), 'mailyard-lab-'));
  const topology = join(dir, 'twins.yaml');

  beforeAll(async () => {
    writeFileSync(topology, JSON.stringify(twins)); // JSON is YAML
    await lab.down();
  });
  afterAll(async () => {
    await lab.down();
    rmSync(dir, { recursive: true });
  });

  it('holds the lock while it works; killed, it is swept by the next one, and down leaves nothing', async () => {
    const first = startLabCli(lab.instance, ['up', topology]);
    await lineWith(first.stderr, /booting/);
    const second = await runLabCli(lab.instance, ['up', topology]);
    await killNow(first);
    // Either it was still at work, or it had just finished: both are refused, each with its reason.
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/busy with|up already/) });

    // The same crash again, at the first node that answers: machines run, the record says 'starting'.
    await lab.down();
    const crashing = startLabCli(lab.instance, ['up', topology]);
    await lineWith(crashing.stderr, /booting/);
    await waitFor('a first machine', () => machineProcesses(lab.instance).length > 0, {
      limitMs: 20_000,
      everyMs: 5,
    });
    await killNow(crashing);
    const orphans = machineProcesses(lab.instance);
    expect(lab.isUp()).toBe(false);
    expect(leftovers(lab.instance).length).toBeGreaterThan(0);

    const status = await lab.up(twins);
    expect(status.nodes.map((node) => node.state)).toEqual(['running', 'running']);
    expect(orphans.filter((orphan) => isAlive(orphan))).toEqual([]);

    const machines = machineProcesses(lab.instance);
    await lab.down();
    expect(leftovers(lab.instance)).toEqual([]);
    expect(machines.filter((machine) => isAlive(machine))).toEqual([]);
    expect(existsSync(`/run/${lab.instance.cgroup}.lock`)).toBe(false);
  });
});

async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return; // ended already
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function lineWith(stream: NodeJS.ReadableStream | null, pattern: RegExp): Promise<void> {
  if (!stream) throw new Error('The process has no output to read.');
  const seen: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    seen.push(line);
    if (pattern.test(line)) return;
  }
  throw new Error(`The process ended without a line like ${pattern}:\n${seen.join('\n')}`);
}

async function systemState(lab: Lab, name: string): Promise<string> {
  return (await lab.exec(name, ['systemctl', 'is-system-running'])).stdout.trim();
}

function bootId(lab: Lab, name: string): Promise<string> {
  return lab.mustExec(name, ['cat', '/proc/sys/kernel/random/boot_id']);
}

/** Opens sshd's port of the twin; bash has TCP built in, and a bare server has nothing better. */
function reachTwin(lab: Lab): string {
  return `exec 3<>/dev/tcp/${lab.node('two').address}/22`;
}

function ssh(lab: Lab, name: string, argv: readonly string[]) {
  const { ssh } = lab.status();
  return runCommand([
    ...[
      'ssh',
      '-F',
      'none',
      '-o',
      'BatchMode=yes',
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      'ConnectTimeout=10',
    ],
    ...['-i', ssh.privateKey, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${ssh.knownHosts}`],
    ...[`${ssh.user}@${lab.node(name).address}`, ...argv],
  ]);
}
