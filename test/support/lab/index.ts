/** `npm run lab -- VERB`: the lab on the command line. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { DebianRelease } from './base-layer.ts';
import { currentNode } from './current-node.ts';
import { type Lab, LabError, openLab, readTopology, spinePath } from './lab.ts';
import { elapsed, nodeTable } from './lab-report.ts';
import { nodeLogCommand } from './node-log.ts';

const usage = `npm run lab -- VERB

  up [TOPOLOGY]              boot the nodes of a YAML topology (default: spine)
  down                       take everything away
  status [--json]            what runs, and how to reach it
  ssh NODE [CMD...]          log in as root, or run a command
  bare NAME [--debian 12] [--ip ADDRESS] [--disk 300M]
                             boot a Debian server with nothing but sshd
  remove NODE                take one node away, with its disk
  kill NODE                  cut its power
  power NODE on|off          boot it again with the same disk, or cut its power
  freeze NODE, thaw NODE     stop the machine dead, let it go on
  partition NODE..., heal [NODE...]
                             pull the network cable, put it back
  logs NODE [ARGS...]        its journal (journalctl arguments); also of a node that is off
`;

type Verb = (lab: Lab, args: readonly string[]) => Promise<number> | number;

const startMs = performance.now();
const progress = (message: string): void =>
  console.error(`${elapsed(performance.now() - startMs)}  ${message}`);

const need = (args: readonly string[], what: string): string => {
  const [first] = args;
  if (first === undefined) throw new LabError(`Name ${what}.\n\n${usage}`);
  return first;
};
const done = async (work: Promise<void>): Promise<number> => {
  await work;
  return 0;
};

const verbs: Readonly<Record<string, Verb>> = {
  up: async (lab, args) => {
    const status = await lab.up(readTopology(args[0] ?? spinePath), { onProgress: progress });
    progress(`up: ${status.nodes.length} nodes`);
    console.log(nodeTable(status));
    return 0;
  },
  down: async (lab) => {
    await lab.down();
    progress('down: nothing is left');
    return 0;
  },
  status: (lab, args) => {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
    if (!lab.isUp()) {
      if (values.json) console.log('null');
      else console.log('No lab is up: bring one up with `npm run lab -- up`.');
      return 1;
    }
    const status = lab.status();
    console.log(values.json ? JSON.stringify(status, null, 2) : nodeTable(status));
    return 0;
  },
  ssh: (lab, args) => {
    const node = lab.node(need(args, 'a node'));
    const { ssh } = lab.status();
    const options = [
      '-i',
      ssh.privateKey,
      '-o',
      'IdentitiesOnly=yes',
      '-o',
      `UserKnownHostsFile=${ssh.knownHosts}`,
    ];
    return become(['ssh', '-F', 'none', '-q', ...options, `${ssh.user}@${node.address}`, ...args.slice(1)]);
  },
  bare: async (lab, args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { debian: { type: 'string' }, ip: { type: 'string' }, disk: { type: 'string' } },
    });
    const name = need(positionals, 'the new node');
    const node = await lab.bare(name, {
      debian: readRelease(values.debian),
      ...(values.ip ? { address: values.ip } : {}),
      ...(values.disk ? { disk: values.disk } : {}),
      onProgress: progress,
    });
    const { ssh } = lab.status();
    progress(`${name} answers`);
    console.log(`${node.address}  root  password in ${ssh.passwordFile}, key ${ssh.privateKey}`);
    return 0;
  },
  remove: (lab, args) => done(lab.remove(need(args, 'a node'))),
  kill: (lab, args) => done(lab.kill(need(args, 'a node'))),
  freeze: (lab, args) => done(lab.freeze(need(args, 'a node'))),
  thaw: (lab, args) => done(lab.thaw(need(args, 'a node'))),
  partition: (lab, args) => done(lab.partition(...args)),
  heal: (lab, args) => done(lab.heal(...args)),
  power: (lab, args) => {
    const name = need(args, 'a node');
    if (args[1] !== 'on' && args[1] !== 'off')
      throw new LabError(`Say \`power ${name} on\` or \`power ${name} off\`.`);
    return done(lab.power(name, args[1] === 'on'));
  },
  logs: (lab, args) => {
    const name = need(args, 'a node');
    lab.node(name);
    const record = currentNode(lab.instance, name);
    if (!record) throw new LabError(`The lab has no node '${name}'.`);
    return become(nodeLogCommand(lab.instance, record, args.slice(1)));
  },
};

function readRelease(text: string | undefined): DebianRelease {
  if (text === undefined || text === '13') return 13;
  if (text === '12') return 12;
  throw new LabError(`The lab has Debian 12 and 13, not '${text}'.`);
}

/** Runs a program on our own terminal and takes its exit code. */
function become(argv: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const verb = name === undefined ? undefined : verbs[name];
  if (!verb) {
    console.error(
      name === undefined || name === 'help' || name === '--help'
        ? usage
        : `There is no '${name}'.\n\n${usage}`,
    );
    return name === 'help' || name === '--help' ? 0 : 2;
  }
  try {
    return await verb(openLab(), args);
  } catch (cause) {
    if (
      !(cause instanceof LabError) &&
      !(cause as Error & { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    )
      throw cause;
    console.error(`lab: ${(cause as Error).message}`);
    return 1;
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (process.argv[2] === 'up') {
      console.error('lab: interrupted. `npm run lab -- down` (or the next `up`) clears what was started.');
    }
    process.exit(code);
  });
}

process.exitCode = await main();
