/**
 * The user's OpenSSH configuration, as OpenSSH itself reads it: `ssh -G HOST`
 * prints what Include, Match, Host and the defaults come to. Where there is no
 * `ssh`, its defaults are used.
 */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OpsError } from '../../common/model/ops-error.ts';
import { plainText } from '../../common/protocol/plain-text.ts';

export interface SshConfig {
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  readonly identityFiles: readonly string[];
  /** Only the identity files' keys may be shown, from files or agent. */
  readonly identitiesOnly: boolean;
  /** The agent's socket; null when there is none or it is switched off. */
  readonly identityAgent: string | null;
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | null;
  /** `user@host:port` hops, nearest to us first; empty: direct. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | null;
}

export interface SshConfigQuery {
  readonly host: string;
  readonly user?: string | null;
  readonly port?: number | null;
  /** Another file than ~/.ssh/config. */
  readonly configFile?: string | null;
}

export type SshConfigReader = (query: SshConfigQuery) => Promise<SshConfig>;

const timeoutMs = 5_000;

/**
 * Throws: OpsError 'bad-input' with what ssh says when the configuration is broken, or when the host is no host name.
 */
export const readSshConfig: SshConfigReader = async (query) => {
  if (!/^[^\s-][^\s]*$/.test(query.host)) {
    throw new OpsError('bad-input', `"${plainText(query.host)}" is not a host name or an address.`);
  }
  const args = ['-G'];
  if (query.configFile) args.push('-F', query.configFile);
  if (query.user) args.push('-l', query.user);
  if (query.port) args.push('-p', String(query.port));
  args.push('--', query.host);
  const text = await run(args);
  return parseSshConfig(text ?? '', query, process.env, homedir());
};

/** Output of `ssh -G`, or null when there is no ssh on this machine. */
function run(args: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    execFile('ssh', args, { timeout: timeoutMs, maxBuffer: 1024 * 1024 }, (failed, stdout, stderr) => {
      if (failed === null) return resolve(stdout);
      if (failed.code === 'ENOENT') return resolve(null);
      const said = plainText(stderr.trim().split('\n').slice(-3).join(' '));
      reject(
        new OpsError(
          'bad-input',
          `Your OpenSSH configuration cannot be used; ssh says: ${said || failed.message}`,
          failed,
        ),
      );
    });
  });
}

/** Reads `ssh -G`: one `key value...` a line, keys in lower case. */
export function parseSshConfig(
  text: string,
  query: SshConfigQuery,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): SshConfig {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const pair = /^(\S+)\s+(.*)$/.exec(line.trim());
    if (pair !== null) values.set(pair[1]!, [...(values.get(pair[1]!) ?? []), pair[2]!]);
  }
  const one = (key: string): string | null => {
    const value = values.get(key)?.[0] ?? null;
    return value === 'none' ? null : value;
  };
  const paths = (key: string): readonly string[] =>
    (values.get(key) ?? []).flatMap(words).map((path) => expand(path, home));
  const files = [...paths('userknownhostsfile'), ...paths('globalknownhostsfile')];
  return {
    hostName: one('hostname') ?? query.host,
    user: one('user') ?? query.user ?? environment['USER'] ?? environment['USERNAME'] ?? 'root',
    port: Number(one('port') ?? query.port ?? 22),
    identityFiles:
      values.size > 0
        ? (values.get('identityfile') ?? []).map((path) => expand(path, home))
        : ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name)),
    identitiesOnly: one('identitiesonly') === 'yes',
    identityAgent: agentSocket(values.get('identityagent')?.[0], environment, home),
    knownHostsFiles: values.has('userknownhostsfile')
      ? files.filter((file) => file !== 'none')
      : [join(home, '.ssh', 'known_hosts')],
    hostKeyAlias: one('hostkeyalias'),
    proxyJump: (one('proxyjump') ?? '').split(',').filter((hop) => hop !== ''),
    proxyCommand: one('proxycommand'),
  };
}

function agentSocket(
  configured: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string | null {
  if (configured === 'none') return null;
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return environment['SSH_AUTH_SOCK'] || null;
  return configured.startsWith('$') ? environment[configured.slice(1)] || null : expand(configured, home);
}

/** Paths are separated by spaces; ssh -G does not quote, so one with a space is lost, as in OpenSSH before 8.7. */
function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function expand(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
