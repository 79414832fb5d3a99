/** One command to 30 hosts, and one connect: our pool against OpenSSH's ControlMaster, pssh and ssh. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionPool } from '../../main/ssh/pool.ts';
import { Ssh2Transport } from '../../main/ssh/ssh2-transport.ts';
import { ensureDebianPackages } from '../support/debian-packages.ts';
import { runCommandOrThrow } from '../support/run-command.ts';
import { freePort, type RealSshd, startRealSshd } from '../support/sshd/real-sshd.ts';
import { type Bench, type BenchRow, inTurn } from './bench.ts';

const hostCount = 30;
const fanOutRounds = 7;
const connectRounds = 15;
/** An sshd listens on at most 16 addresses. */
const addressesEach = 10;
const addresses = Array.from({ length: hostCount }, (_, at) => `127.0.0.${at + 1}`);

const bench: Bench = {
  name: 'ssh fan-out and connect',
  async run(say) {
    await ensureDebianPackages(['openssh-server', 'openssh-client', 'pssh'], 'the benchmark');
    const folder = await mkdtemp(join(tmpdir(), 'mailyard-bench-'));
    const sshds = await startSshds();
    const sshd = sshds[0]!;
    const transport = new Ssh2Transport();
    try {
      const host = await prepare(sshd, folder);
      const pool = new ConnectionPool({ transport, targetOf: async (address) => host.target(address) });
      say(`connecting ${hostCount} hosts, once each way`);
      await Promise.all(addresses.map((address) => pool.get(address)));
      await Promise.all(
        addresses.map((address) => runCommandOrThrow('ssh', [...host.master(address), '-fN', '-M', address])),
      );
      say(`${fanOutRounds} rounds of \`true\` on ${hostCount} hosts`);
      const fanOut = await inTurn(fanOutRounds, {
        ours: () =>
          Promise.all(addresses.map(async (address) => (await pool.get(address)).exec('true'))).then(
            (answers) => {
              if (answers.some((answer) => answer.code !== 0)) throw new Error('a command failed');
            },
          ),
        master: () =>
          Promise.all(
            addresses.map((address) => runCommandOrThrow('ssh', [...host.master(address), address, 'true'])),
          ),
        pssh: () => runCommandOrThrow('parallel-ssh', [...host.pssh, 'true']),
      });
      await Promise.all(
        addresses.map((address) =>
          runCommandOrThrow('ssh', [...host.master(address), '-O', 'exit', address]),
        ),
      );
      say(`${connectRounds} connects in turn`);
      const connect = await inTurn(connectRounds, {
        ours: async () => {
          const connection = await transport.connect(host.target('127.0.0.1'), { timeoutMs: 10_000 });
          await connection.exec('true');
          connection.close();
        },
        ssh: () => runCommandOrThrow('ssh', [...host.plain, '127.0.0.1', 'true']),
      });
      const what = `\`true\` on ${hostCount} hosts, connected`;
      return [
        { what, oursMs: fanOut.ours, against: 'pssh', theirsMs: fanOut.pssh, goal: 1 / 20 },
        { what, oursMs: fanOut.ours, against: 'ssh, ControlMaster', theirsMs: fanOut.master, goal: 1 / 3 },
        {
          what: 'connect, log in, `true`',
          oursMs: connect.ours,
          against: 'ssh',
          theirsMs: connect.ssh,
          goal: 1,
        },
      ] satisfies BenchRow[];
    } finally {
      transport.dispose();
      await Promise.all(sshds.map((one) => one.stop()));
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;

/** Real sshds on one port of 30 loopback addresses; none of them drops a connect. */
async function startSshds(): Promise<readonly RealSshd[]> {
  const port = await freePort();
  const sshds: RealSshd[] = [];
  for (let from = 0; from < hostCount; from += addressesEach) {
    const [host, ...others] = addresses.slice(from, from + addressesEach);
    const config = ['MaxStartups 200', ...others.map((address) => `ListenAddress ${address}`)];
    const like = sshds[0];
    sshds.push(await startRealSshd({ port, host: host!, config, ...(like === undefined ? {} : { like }) }));
  }
  return sshds;
}

async function prepare(sshd: RealSshd, folder: string) {
  const known = join(folder, 'known_hosts');
  const lines = await sshd.knownHostsLines();
  await writeFile(
    known,
    addresses.map((address) => lines.replaceAll('[127.0.0.1]', `[${address}]`)).join(''),
  );
  const hosts = join(folder, 'hosts');
  await writeFile(hosts, addresses.map((address) => `${address}\n`).join(''));
  const options = [
    `UserKnownHostsFile=${known}`,
    `IdentityFile=${sshd.key}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'BatchMode=yes',
    `Port=${sshd.port}`,
  ];
  const plain = ['-F', 'none', ...options.flatMap((option) => ['-o', option])];
  return {
    target: (address: string) => sshd.target({ host: address, knownHostsFiles: [known] }),
    plain,
    master: (address: string) => [...plain, '-S', join(folder, address)],
    pssh: [
      '-h',
      hosts,
      '-p',
      String(hostCount),
      '-x',
      '-F none',
      ...options.flatMap((option) => ['-O', option]),
    ],
  };
}
