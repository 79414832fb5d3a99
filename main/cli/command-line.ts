/** The command line, read and checked. Pure; passwords never stand on it. */
import { UsageError } from './exit-codes.ts';

export const usage = `Mailyard on the command line

  fleet status                         clusters, nodes, what is wrong
  node NAME                            one server
  runs                                 what was done, newest first
  show RUN                             one run with its steps
  plan drain|undrain NODE              what it would do, and what stands against it
  plan switchover CLUSTER
  run  drain|undrain NODE              do it, and follow it to its end
  run  switchover CLUSTER
  undo RUN | resume RUN                RUN may be "last"
  add-server NAME ADDRESS --cluster C  make a bare Debian server one of a cluster
  provision --all                      set up every server of the fleet file that is not set up yet

  --fleet FILE             the fleet file (or MAILYARD_FLEET)
  --json                   one JSON document on stdout
  --cluster ID             which of a server's clusters is meant
  --override CODE          start in spite of this blocker (may be repeated)
  --check                  with "fleet status": exit 1 when something needs you

  for add-server, provision, and undo or resume of them:
  --root-key FILE          log in with this key
  --password-stdin         log in with the password on the first line of stdin (else it is asked for)
  --user NAME              root unless given; another account needs sudo
  --port N, --failure-domain NAME
  --accept-host-key SHA256:...   the fingerprint that you compared
  --plan                   look and plan, change nothing

Exit codes: 0 done; 1 failed; 2 not understood; 3 blocked; 4 a server did not answer;
5 a person must look (host key, login, version); 6 not known how it ended; 7 stopped by you.
`;

export interface LoginOptions {
  readonly rootKey: string | null;
  readonly passwordStdin: boolean;
  readonly user: string;
  readonly acceptHostKey: string | null;
}

export type Planned =
  | { readonly runbook: 'drain' | 'undrain'; readonly nodeId: string; readonly clusterId: string | null }
  | { readonly runbook: 'switchover'; readonly clusterId: string };

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'status'; readonly check: boolean }
  | { readonly name: 'node'; readonly nodeId: string }
  | { readonly name: 'runs' }
  | { readonly name: 'show'; readonly runId: string }
  | { readonly name: 'plan'; readonly planned: Planned }
  | { readonly name: 'run'; readonly planned: Planned; readonly overrides: readonly string[] }
  | { readonly name: 'undo' | 'resume'; readonly runId: string; readonly login: LoginOptions }
  | { readonly name: 'provision-all'; readonly login: LoginOptions }
  | {
      readonly name: 'add-server';
      readonly nodeId: string;
      readonly address: string;
      readonly port: number;
      readonly clusterId: string;
      readonly failureDomain: string | null;
      readonly planOnly: boolean;
      readonly overrides: readonly string[];
      readonly login: LoginOptions;
    };

export interface CommandLine {
  readonly command: Command;
  readonly fleetFile: string | null;
  readonly json: boolean;
}

const flags = ['--json', '--check', '--all', '--plan', '--password-stdin', '--help'] as const;
const valued = [
  '--fleet',
  '--cluster',
  '--override',
  '--root-key',
  '--user',
  '--port',
  '--failure-domain',
  '--accept-host-key',
] as const;

type Flag = (typeof flags)[number];
type Valued = (typeof valued)[number];

interface Words {
  readonly words: readonly string[];
  readonly given: ReadonlySet<Flag>;
  readonly values: ReadonlyMap<Valued, readonly string[]>;
}

/** Throws: UsageError saying what is not understood. */
export function readCommandLine(argv: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const parsed = split(argv);
  const { given, values } = parsed;
  return {
    command: given.has('--help') || parsed.words.length === 0 ? { name: 'help' } : command(parsed),
    fleetFile: one(values, '--fleet') ?? env['MAILYARD_FLEET'] ?? null,
    json: given.has('--json'),
  };
}

function split(argv: readonly string[]): Words {
  const words: string[] = [];
  const given = new Set<Flag>();
  const values = new Map<Valued, string[]>();
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    const [option, inline] = word.split(/=(.*)/s) as [string, string | undefined];
    if ((flags as readonly string[]).includes(option) && inline === undefined) {
      given.add(option as Flag);
    } else if ((valued as readonly string[]).includes(option)) {
      const value = inline ?? argv[++at];
      if (value === undefined || value === '') throw new UsageError(`${option} needs a value.`);
      values.set(option as Valued, [...(values.get(option as Valued) ?? []), value]);
    } else if (/password/.test(option)) {
      throw new UsageError(
        'A password on the command line can be read by everybody on this machine. Use --password-stdin, or be asked.',
      );
    } else {
      throw new UsageError(`${option} is not an option of this command line.`);
    }
  }
  return { words, given, values };
}

function command(parsed: Words): Command {
  const [first, second, third, ...more] = parsed.words;
  const { given, values } = parsed;
  switch (first) {
    case 'help':
      return { name: 'help' };
    case 'fleet':
      if (second !== 'status') throw new UsageError('There is “fleet status”.');
      none([third, ...more]);
      return { name: 'status', check: given.has('--check') };
    case 'node':
      none([third, ...more]);
      return { name: 'node', nodeId: needed(second, 'the name of a server') };
    case 'runs':
      none([second, third, ...more]);
      return { name: 'runs' };
    case 'show':
      none([third, ...more]);
      return { name: 'show', runId: needed(second, 'the name of a run') };
    case 'plan':
      none(more);
      return { name: 'plan', planned: planned(second, third, one(values, '--cluster')) };
    case 'run':
      none(more);
      return {
        name: 'run',
        planned: planned(second, third, one(values, '--cluster')),
        overrides: values.get('--override') ?? [],
      };
    case 'undo':
    case 'resume':
      none([third, ...more]);
      return { name: first, runId: needed(second, 'the name of a run, or “last”'), login: login(parsed) };
    case 'provision':
      none([second, third, ...more]);
      if (!given.has('--all')) {
        throw new UsageError(
          '“provision --all” sets up the whole fleet; one server is added with “add-server”.',
        );
      }
      return { name: 'provision-all', login: login(parsed) };
    case 'add-server':
      none(more);
      return {
        name: 'add-server',
        nodeId: needed(second, 'the name that the server gets'),
        address: needed(third, 'its address'),
        port: portOf(one(values, '--port')),
        clusterId: needed(one(values, '--cluster') ?? undefined, 'its cluster (--cluster ID)'),
        failureDomain: one(values, '--failure-domain'),
        planOnly: given.has('--plan'),
        overrides: values.get('--override') ?? [],
        login: login(parsed),
      };
    default:
      throw new UsageError(`“${first}” is not a command.`);
  }
}

function planned(runbook: string | undefined, target: string | undefined, cluster: string | null): Planned {
  switch (runbook) {
    case 'drain':
    case 'undrain':
      return { runbook, nodeId: needed(target, 'the name of a server'), clusterId: cluster };
    case 'switchover':
      return { runbook, clusterId: needed(target, 'the name of a cluster') };
    default:
      throw new UsageError(
        `${runbook ? `“${runbook}” is not a runbook` : 'Which runbook?'} (drain, undrain, switchover).`,
      );
  }
}

function login({ given, values }: Words): LoginOptions {
  const rootKey = one(values, '--root-key');
  const passwordStdin = given.has('--password-stdin');
  if (rootKey && passwordStdin) throw new UsageError('Log in with a key or with a password, not both.');
  const acceptHostKey = one(values, '--accept-host-key');
  if (acceptHostKey && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(acceptHostKey)) {
    throw new UsageError('A fingerprint looks like SHA256: and 43 letters, as ssh-keygen -l prints it.');
  }
  return { rootKey, passwordStdin, user: one(values, '--user') ?? 'root', acceptHostKey };
}

function portOf(text: string | null): number {
  const port = Number(text ?? '22');
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new UsageError(`${text} is not a port.`);
  return port;
}

function one(values: Words['values'], option: Valued): string | null {
  const all = values.get(option) ?? [];
  if (all.length > 1) throw new UsageError(`${option} is given twice.`);
  return all[0] ?? null;
}

function needed(word: string | undefined, what: string): string {
  if (word === undefined) throw new UsageError(`Missing: ${what}.`);
  return word;
}

function none(words: readonly (string | undefined)[]): void {
  const extra = words.find((word) => word !== undefined);
  if (extra !== undefined) throw new UsageError(`“${extra}” is one word too many.`);
}
