/** The agent on a real bare Debian server: installed, reached, refused, upgraded, measured. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VerbAnswer, VerbRequest } from '../../common/verbs/verb.ts';
import { createNodeLink } from '../../main/link/create-node-link.ts';
import { installAgent, type RootExec } from '../../main/runbooks/provision/install-agent.ts';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import type { SshConnection, SshTarget } from '../../main/ssh/transport.ts';
import { repositoryRoot } from '../support/electron/build.ts';
import { credentialPaths } from '../support/lab/credentials.ts';
import { readInstance } from '../support/lab/instance.ts';
import { openLab } from '../support/lab/lab.ts';
import { waitFor } from '../support/lab/limits.ts';
import { runCommandOrThrow } from '../support/run-command.ts';

const instance = readInstance({ ...process.env, MAILYARD_LAB: 'agentlab' });
const lab = openLab(instance);
const keys = credentialPaths(instance);
const transport = new Ssh2Transport();
const nodeName = 'a1';
const operatorUser = 'mailyard-op';
const firstVersion = '0.9.0';

let builds: string;
let root: SshConnection;
let operator: SshConnection;

/** The real bundle, built as if it were of another version. */
async function bundleOf(version: string): Promise<string> {
  const outDir = join(builds, version);
  await runCommandOrThrow(
    process.execPath,
    [
      'node_modules/vite/bin/vite.js',
      ...['build', '--config', 'agent/vite.config.ts', '--logLevel', 'error', '--outDir', outDir],
    ],
    { cwd: repositoryRoot, env: { ...process.env, MAILYARD_AGENT_VERSION: version } },
  );
  return await readFile(join(outDir, 'mailyard-agent.cjs'), 'utf8');
}

function target(user: string): SshTarget {
  return {
    host: lab.node(nodeName).address,
    port: 22,
    user,
    auth: [{ kind: 'key', path: keys.privateKey }],
    knownHostsFiles: [keys.knownHosts],
    jump: null,
  };
}

const asRoot: RootExec = (command, options) => root.exec(command, options);

async function install(bundle: string, version: string): Promise<readonly string[]> {
  const publicKey = readFileSync(keys.publicKey, 'utf8').trim();
  return await installAgent(asRoot, { bundle, version, operatorUser, publicKey, roles: [] });
}

async function verb(name: string, more: Partial<VerbRequest> = {}): Promise<VerbAnswer> {
  const request: VerbRequest = {
    ...{ epoch: 5, operator: 'the agent test', run: 'lab-run', step: 'lab-step', mode: 'apply', input: {} },
    ...more,
  };
  const answer = await operator.exec(`verb ${name}`, { stdin: JSON.stringify(request), timeoutMs: 120_000 });
  return JSON.parse(answer.stdout) as VerbAnswer;
}

/** The answer of a detached verb's job, when it has come to its end. */
async function jobAnswer(name: string): Promise<VerbAnswer> {
  return await waitFor(
    `the job ${name} to end`,
    async () => {
      const looked = await verb('job', { mode: 'look', input: { name, offset: 0 } });
      if (!looked.ok || 'detached' in looked) throw new Error(JSON.stringify(looked));
      const { state, answer, detail } = looked.after as {
        state: string;
        answer: VerbAnswer | null;
        detail: string;
      };
      if (state === 'interrupted') throw new Error(detail);
      return answer;
    },
    { limitMs: 120_000, everyMs: 500 },
  );
}

async function followed(name: string, input: unknown, step: string): Promise<VerbAnswer> {
  const answer = await verb(name, { epoch: 6, step, input });
  return answer.ok && 'detached' in answer ? await jobAnswer(answer.detached) : answer;
}

beforeAll(async () => {
  builds = await mkdtemp(join(tmpdir(), 'mailyard-bundles-'));
  await lab.down();
  await lab.bare(nodeName);
  root = await transport.connect(target('root'), { timeoutMs: 20_000 });
});
afterAll(async () => {
  transport.dispose();
  await lab.down();
  await rm(builds, { recursive: true, force: true });
});

describe('the agent on a bare Debian 13 server', () => {
  test('is installed in one go, and a second install changes nothing', async () => {
    const bundle = await bundleOf(firstVersion);
    const first = await install(bundle, firstVersion);
    expect(first).toContain(`made the account ${operatorUser}`);
    expect(await install(bundle, firstVersion)).toEqual([`agent ${firstVersion} is up and samples`]);
    await lab.mustExec(nodeName, ['visudo', '--check', '--quiet']);
    await lab.mustExec(nodeName, ['sshd', '-t']);
    operator = await transport.connect(target(operatorUser), { timeoutMs: 20_000 });
  });

  test('tells its numbers through the gate, and opens no port for it', async () => {
    const before = await lab.mustExec(nodeName, ['cat', '/proc/net/tcp']);
    expect(before.split('\n').filter((line) => line.includes(' 0A ')).length).toBe(1);
    const heard: number[] = [];
    const link = createNodeLink({
      nodeId: nodeName,
      connections: { get: async () => operator, drop: () => undefined },
      consoleVersion: '0',
      listener: {
        status: () => undefined,
        hello: () => undefined,
        readings: () => undefined,
        samples: (_atMs, samples) => heard.push(samples['node_memory_MemAvailable_bytes'] ?? Number.NaN),
      },
    });
    link.start();
    try {
      await waitFor('three seconds of numbers', () => heard.length >= 3, { limitMs: 15_000 });
      expect(link.status.state).toBe('live');
      expect(Math.min(...heard)).toBeGreaterThan(0);
    } finally {
      link.dispose();
    }
  });

  test.each([
    ['another command', 'id'],
    ['a shell', 'sh'],
    ['a verb with an argument', 'verb facts --help'],
    ['a verb with shell words', 'verb facts;id'],
    ['a path as verb', 'verb ../../bin/sh'],
    ['no verb', 'verb '],
    ['sudo itself', 'sudo -n /usr/lib/mailyard/verb facts'],
  ])('the gate refuses %s', async (_what, command) => {
    const answer = await operator.exec(command, { timeoutMs: 10_000 });
    expect(answer).toMatchObject({ code: 126, stdout: '' });
    expect(answer.stderr).toContain('only knows');
  });

  test('the operator’s connection forwards nothing', async () => {
    await expect(operator.forward('127.0.0.1', 22)).rejects.toThrow();
  });

  test('only the operators’ group may run verbs or read the socket, and only that program', async () => {
    await lab.mustExec(nodeName, ['useradd', '--system', 'stranger']);
    const asUser = (user: string, ...argv: string[]) =>
      lab.exec(nodeName, ['runuser', '-u', user, '--', ...argv]);
    expect((await asUser('stranger', 'sudo', '-n', '/usr/lib/mailyard/verb', 'facts')).code).not.toBe(0);
    const socket = 'UNIX-CONNECT:/run/mailyard/agent.sock';
    expect((await asUser('stranger', 'socat', '-u', socket, 'STDOUT')).stderr).toContain('Permission denied');
    expect((await asUser(operatorUser, 'sudo', '-n', '/bin/sh')).code).not.toBe(0);
    expect(
      (await asUser(operatorUser, 'sudo', '-n', '/usr/lib/mailyard/verb', 'facts', 'more')).code,
    ).not.toBe(0);
    expect(
      (await asUser(operatorUser, 'sudo', '-n', 'A=b', '/usr/lib/mailyard/verb', 'facts')).code,
    ).not.toBe(0);
  });

  test('a verb is done once, seen before and after, and written to the node’s journal', async () => {
    const change = { input: { role: 'mx', intent: 'drained', reason: 'a test' } };
    expect(await verb('node-intent', change)).toMatchObject({
      ok: true,
      changed: true,
      satisfied: true,
      before: { intent: null },
      after: { intent: { intent: 'drained', operator: 'the agent test', run: 'lab-run' } },
    });
    expect(await verb('node-intent', change)).toMatchObject({ ok: true, changed: false, satisfied: true });
    const journal = await lab.mustExec(nodeName, [
      'journalctl',
      '--no-pager',
      '--output=cat',
      'SYSLOG_IDENTIFIER=mailyard-verb',
      'MAILYARD_RUN=lab-run',
    ]);
    expect(journal).toContain('the agent test apply node-intent');
    expect(journal).toContain('was so already');
  });

  test('an unknown verb, an unknown field, a wrong value and an older epoch are refused, and nothing changes', async () => {
    expect(await verb('format-disk')).toMatchObject({ ok: false, problem: 'bad-input' });
    expect(await verb('node-roles', { input: { roles: ['mx'], also: 1 } })).toMatchObject({
      ok: false,
      problem: 'bad-input',
    });
    expect(await verb('node-roles', { input: { roles: ['root'] } })).toMatchObject({
      ok: false,
      problem: 'bad-input',
    });
    const older = await verb('node-roles', { epoch: 4, input: { roles: ['mx'] } });
    expect(older).toMatchObject({ ok: false, problem: 'lease-held' });
    expect(await lab.mustExec(nodeName, ['cat', '/etc/mailyard/roles.json'])).toBe('{"roles":[]}\n');
    // A look changes nothing and is not fenced.
    expect(await verb('facts', { epoch: 0, mode: 'look' })).toMatchObject({
      ok: true,
      after: { osId: 'debian' },
    });
  });

  test('an action in flight makes the next one wait, a later epoch too', async () => {
    await lab.mustExec(nodeName, [
      'systemd-run',
      '--quiet',
      '--unit=holds-the-gate',
      'flock',
      '-x',
      '/var/lib/mailyard/epoch.lock',
      'sleep',
      '3',
    ]);
    await waitFor(
      'the gate to be held',
      async () => {
        const held = await lab.exec(nodeName, ['flock', '-n', '/var/lib/mailyard/epoch.lock', 'true']);
        return held.code !== 0;
      },
      { limitMs: 5000 },
    );
    const startedMs = performance.now();
    const answer = await verb('node-intent', {
      epoch: 6,
      input: { role: 'mx', intent: 'serving', reason: '' },
    });
    expect(answer).toMatchObject({ ok: true, changed: true });
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  test('a package install that fails says what apt said, and goes on where it stopped once that is mended', async () => {
    const trap = '/etc/apt/apt.conf.d/99-trap';
    await lab.mustExec(nodeName, ['sh', '-c', `echo 'Acquire::http::Proxy "http://127.0.0.1:9";' > ${trap}`]);
    const failed = await followed('packages', { role: 'edge' }, 'broken-install');
    expect(failed).toMatchObject({ ok: false, problem: 'command-failed' });
    expect(failed.ok === false && failed.message).toMatch(/apt-get install failed.*Unable to connect to 127/);
    await lab.mustExec(nodeName, ['rm', trap]);
    // Half unpacked, as a power cut would leave it.
    await lab.mustExec(nodeName, [
      'sh',
      '-c',
      'cd /tmp && apt-get -q update && apt-get -q download keepalived libsnmp40t64 && dpkg --unpack keepalived*.deb || true',
    ]);
    const mended = await followed('packages', { role: 'edge' }, 'mended-install');
    expect(mended).toMatchObject({ ok: true, changed: true, satisfied: true });
    expect(await lab.exec(nodeName, ['systemctl', 'is-active', 'haproxy'])).toMatchObject({
      stdout: 'inactive\n',
    });
    expect((await lab.exec(nodeName, ['test', '-e', '/usr/sbin/policy-rc.d'])).code).toBe(1);
  });

  test('a detached verb outlives the connection that began it', async () => {
    await lab.mustExec(nodeName, ['apt-get', '-q', '-y', 'remove', 'socat', 'keepalived']);
    const before = operator;
    // socat is the gate's own joint: only verbs work until it is back.
    expect(await verb('packages', { epoch: 6, step: 'outlives', input: { role: 'edge' } })).toEqual({
      ok: true,
      detached: 'lab-run-outlives',
    });
    before.close();
    operator = await transport.connect(target(operatorUser), { timeoutMs: 20_000 });
    expect(await jobAnswer('lab-run-outlives')).toMatchObject({ ok: true, changed: true, satisfied: true });
  });

  test('an upgrade that does not come up falls back to the version before, and says so', async () => {
    const broken = `if (process.argv[2] === 'daemon') process.exit(3);\n${await bundleOf('0.9.1')}`;
    const answer = await verb('agent-upgrade', { epoch: 6, input: { version: '0.9.1', bundle: broken } });
    expect(answer).toMatchObject({ ok: false, problem: 'command-failed' });
    expect(answer.ok === false && answer.message).toContain(`${firstVersion} is back`);
    expect(
      await verb('agent-rollback', { epoch: 6, mode: 'look', input: { version: firstVersion } }),
    ).toMatchObject({
      satisfied: true,
      after: { running: firstVersion, current: firstVersion },
    });
  });

  test('it is upgraded, proves itself, and is rolled back', async () => {
    const answer = await verb('agent-upgrade', {
      epoch: 6,
      input: { version: '0.9.2', bundle: await bundleOf('0.9.2') },
    });
    expect(answer).toMatchObject({ ok: true, changed: true, satisfied: true, after: { running: '0.9.2' } });
    expect(await verb('agent-rollback', { epoch: 6, input: { version: firstVersion } })).toMatchObject({
      ok: true,
      changed: true,
      after: { running: firstVersion, installed: [firstVersion, '0.9.1', '0.9.2'] },
    });
  });

  test('a failed install leaves the server as it was', async () => {
    const before = await lab.mustExec(nodeName, ['readlink', '/usr/lib/mailyard/current']);
    await expect(install(`process.exit(9);\n${await bundleOf('0.9.3')}`, '0.9.3')).rejects.toThrow(
      'could not be installed',
    );
    await lab.mustExec(nodeName, ['sh', '-c', 'echo "Nonsense yes" > /etc/ssh/sshd_config.d/99-broken.conf']);
    try {
      await expect(install(await bundleOf('0.9.3'), '0.9.3')).rejects.toThrow(/put back as it was/);
    } finally {
      await lab.mustExec(nodeName, ['rm', '/etc/ssh/sshd_config.d/99-broken.conf']);
    }
    expect(await lab.mustExec(nodeName, ['readlink', '/usr/lib/mailyard/current'])).toBe(before);
    expect(await lab.mustExec(nodeName, ['systemctl', 'is-active', 'mailyard-agent'])).toBe('active\n');
  });

  test('what it costs is small, and how exposed it is is known', async () => {
    const pid = (
      await lab.mustExec(nodeName, ['systemctl', 'show', '--property=MainPID', '--value', 'mailyard-agent'])
    ).trim();
    const ticks = async (): Promise<number> => {
      const fields = (await lab.mustExec(nodeName, ['cat', `/proc/${pid}/stat`])).split(') ')[1]!.split(' ');
      return Number(fields[11]) + Number(fields[12]);
    };
    const [ticksBefore, startedMs] = [await ticks(), performance.now()];
    await waitFor('ten seconds to pass', () => performance.now() - startedMs > 10_000, {
      limitMs: 30_000,
      everyMs: 500,
    });
    const share = (((await ticks()) - ticksBefore) * 10) / (performance.now() - startedMs);
    const status = await lab.mustExec(nodeName, ['cat', `/proc/${pid}/status`]);
    const kB = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    const exposure = /level for .*: ([\d.]+)/.exec(
      await lab.mustExec(nodeName, ['systemd-analyze', 'security', '--no-pager', 'mailyard-agent']),
    )?.[1];
    console.info(
      `agent: ${kB('VmRSS')} kB resident, ${kB('RssAnon')} kB of its own, ${(share * 100).toFixed(2)} % of a core, exposure ${exposure}`,
    );
    expect(kB('RssAnon')).toBeLessThan(60_000);
    expect(share).toBeLessThan(0.1);
    expect(Number(exposure)).toBeLessThan(1);
  });
});
