/**
 * From a node of the fleet file to a server that can be logged in to. What the
 * fleet file does not say comes from its `ssh` block, then from the user's
 * OpenSSH configuration.
 */
import { access, readFile } from 'node:fs/promises';
import { type Fleet, type NodeEntry, nodeOf } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import { readSshConfig, type SshConfig, type SshConfigReader } from './ssh-config.ts';
import type { SshAuth, SshTarget } from './transport.ts';

/** A hop behind a hop behind a hop: beyond this it is a circle. */
const mostHops = 4;

export interface ResolveOptions {
  readonly readConfig?: SshConfigReader;
  /** For encrypted keys; the agent needs none. */
  readonly passphraseOf?: (keyFile: string) => string | undefined;
  /** Shown instead of everything else, e.g. what a person typed in the wizard. */
  readonly auth?: readonly SshAuth[];
}

/**
 * Throws: OpsError 'bad-input' when a jump host is unknown or goes in a circle, when the configuration asks for
 * a ProxyCommand, or when ssh refuses the configuration.
 */
export async function targetFor(
  fleet: Fleet,
  entry: NodeEntry,
  options: ResolveOptions = {},
): Promise<SshTarget> {
  return resolveNode(fleet, entry, options, [entry.id]);
}

async function resolveNode(
  fleet: Fleet,
  entry: NodeEntry,
  options: ResolveOptions,
  way: readonly string[],
): Promise<SshTarget> {
  // What opens the node need not open its jump hosts.
  const others = { ...options, auth: undefined };
  const config = await (options.readConfig ?? readSshConfig)({
    host: entry.address,
    user: entry.user ?? fleet.ssh.user,
    port: entry.port === 22 ? null : entry.port,
  });
  refuseProxyCommand(config, entry.id);
  const jump =
    entry.jump !== null
      ? await namedJump(fleet, entry.jump, others, way)
      : await configuredJump(fleet, config.proxyJump, others, way);
  return assemble(fleet, config, jump, options);
}

/** `jump:` of the fleet file: another node, or `user@host:port`. */
async function namedJump(
  fleet: Fleet,
  name: string,
  options: ResolveOptions,
  way: readonly string[],
): Promise<SshTarget> {
  const node = nodeOf(fleet, name);
  return node === null
    ? resolveHop(fleet, name, options, [...way, name])
    : resolveNode(fleet, node, options, further(way, node.id));
}

/** ProxyJump of the OpenSSH configuration: each hop is reached through the one before it. */
async function configuredJump(
  fleet: Fleet,
  hops: readonly string[],
  options: ResolveOptions,
  way: readonly string[],
): Promise<SshTarget | null> {
  let jump: SshTarget | null = null;
  for (const hop of hops) {
    const target: SshTarget = await resolveHop(fleet, hop, options, further(way, hop));
    jump = jump === null ? target : { ...target, jump };
  }
  return jump;
}

async function resolveHop(
  fleet: Fleet,
  text: string,
  options: ResolveOptions,
  way: readonly string[],
): Promise<SshTarget> {
  const hop = parseHop(text);
  const config = await (options.readConfig ?? readSshConfig)({
    host: hop.host,
    user: hop.user ?? fleet.ssh.user,
    port: hop.port,
  });
  refuseProxyCommand(config, text);
  return assemble(fleet, config, await configuredJump(fleet, config.proxyJump, options, way), options);
}

/** `[user@]host[:port]`, `[user@][v6]:port`, also as an ssh:// address. */
export function parseHop(text: string): { user: string | null; host: string; port: number | null } {
  const parts =
    /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@\s]+)|([0-9a-fA-F:]*::?[0-9a-fA-F:]+))(?::(\d{1,5}))?\/?$/.exec(
      text,
    );
  const host = parts?.[2] ?? parts?.[3] ?? parts?.[4];
  const port = parts?.[5] === undefined ? null : Number(parts[5]);
  if (parts === null || host === undefined || (port !== null && (port < 1 || port > 65535))) {
    throw new OpsError('bad-input', `"${text}" is not a jump host: write a node's name, or user@host:port.`);
  }
  return { user: parts[1] ?? null, host, port };
}

function further(way: readonly string[], next: string): readonly string[] {
  if (way.includes(next) || way.length > mostHops) {
    throw new OpsError('bad-input', `The jump hosts go in a circle: ${[...way, next].join(' -> ')}.`);
  }
  return [...way, next];
}

function refuseProxyCommand(config: SshConfig, name: string): void {
  if (config.proxyCommand === null) return;
  throw new OpsError(
    'bad-input',
    `Your OpenSSH configuration reaches ${name} by a ProxyCommand (${config.proxyCommand}), which Mailyard does not run. Use ProxyJump there, or \`jump:\` in the fleet file.`,
  );
}

async function assemble(
  fleet: Fleet,
  config: SshConfig,
  jump: SshTarget | null,
  options: ResolveOptions,
): Promise<SshTarget> {
  const ownKnownHosts = fleet.ssh.knownHostsFile;
  return {
    host: config.hostName,
    port: config.port,
    user: config.user,
    auth: options.auth ?? (await waysIn(fleet, config, options)),
    knownHostsFiles: ownKnownHosts === null ? config.knownHostsFiles : [ownKnownHosts],
    jump,
    ...(config.hostKeyAlias === null ? {} : { knownAs: config.hostKeyAlias }),
  };
}

/** The fleet's own key, then the agent (the configured identities first), then key files. */
async function waysIn(fleet: Fleet, config: SshConfig, options: ResolveOptions): Promise<readonly SshAuth[]> {
  const key = (path: string): SshAuth => {
    const passphrase = options.passphraseOf?.(path);
    return passphrase === undefined ? { kind: 'key', path } : { kind: 'key', path, passphrase };
  };
  const own = fleet.ssh.identityFile;
  const files: string[] = [];
  for (const path of config.identityFiles) if (path !== own && (await exists(path))) files.push(path);
  const ways: SshAuth[] = own === null ? [] : [key(own)];
  if (config.identityAgent !== null) {
    const first = await Promise.all([...(own === null ? [] : [own]), ...config.identityFiles].map(publicKey));
    ways.push({
      kind: 'agent',
      socket: config.identityAgent,
      first: first.filter((found) => found !== null),
      only: config.identitiesOnly,
    });
  }
  return [...ways, ...files.map(key)];
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** base64 of the public half beside a private key, or of an IdentityFile that is itself public. */
async function publicKey(path: string): Promise<string | null> {
  for (const file of [`${path}.pub`, path]) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^(?:ssh-|ecdsa-|sk-)\S+\s+([A-Za-z0-9+/=]+)/.exec(text);
    if (found !== null) return found[1]!;
  }
  return null;
}
