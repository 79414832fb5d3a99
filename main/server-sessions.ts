/**
 * Logins to servers that are being added. They live in memory only, from
 * `server.reach` until the server is added, the fleet is closed or nobody has
 * used them for half an hour.
 */
import { randomBytes } from 'node:crypto';
import type { Credentials, NewServer, Reached } from '../common/ipc/contract.ts';
import { OpsError } from '../common/model/ops-error.ts';
import { SshBareServer } from './bare-server-ssh.ts';
import type { AgentBundle } from './runbooks/provision/agent-steps.ts';
import type { BareServer, BareServers } from './runbooks/provision/bare-server.ts';
import { HostKeyError } from './ssh/host-key-error.ts';
import { appendKnownHost } from './ssh/known-hosts-file.ts';
import type { SshAuth, SshTarget, Transport } from './ssh/transport.ts';

export interface SessionParts {
  readonly transport: Transport;
  readonly bundle: AgentBundle;
  readonly operatorUser: () => string;
  readonly publicKey: () => string;
  /** The server as a target with these credentials, jump hosts and known_hosts of the fleet. */
  target(server: NewServer, auth: readonly SshAuth[]): Promise<SshTarget>;
}

interface Session {
  readonly server: NewServer;
  readonly bare: SshBareServer;
  /** What was shown to the operator and may be accepted. */
  offered: HostKeyError | null;
  usedAtMs: number;
}

const idleMs = 30 * 60_000;

export class ServerSessions implements BareServers {
  private readonly parts: SessionParts;
  private readonly sessions = new Map<string, Session>();
  private readonly sweep: NodeJS.Timeout;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.sweep = setInterval(() => this.forgetIdle(), 60_000);
    this.sweep.unref();
  }

  async reach(server: NewServer): Promise<Reached> {
    // A second try for the same server (another password, say) replaces the first.
    for (const [key, session] of this.sessions) {
      if (session.server.nodeId === server.nodeId) this.drop(key);
    }
    const target = await this.parts.target(server, [authOf(server.credentials)]);
    const bare = new SshBareServer({
      ...{ transport: this.parts.transport, target, bundle: this.parts.bundle },
      ...{ operatorUser: this.parts.operatorUser(), publicKey: this.parts.publicKey() },
    });
    const serverKey = randomBytes(12).toString('base64url');
    this.sessions.set(serverKey, { server, bare, offered: null, usedAtMs: Date.now() });
    return this.connect(serverKey);
  }

  async acceptHostKey(serverKey: string, fingerprint: string): Promise<Reached> {
    const session = this.session(serverKey);
    const { offered } = session;
    if (offered?.hostKey.fingerprint !== fingerprint) {
      throw new OpsError(
        'bad-input',
        `${session.server.address} did not show the key ${fingerprint}${offered ? `, but ${offered.hostKey.fingerprint}` : ''}. Nothing was accepted and nothing was sent.`,
      );
    }
    const { knownHostsFile, host, port } = offered.server;
    if (knownHostsFile === null) {
      throw new OpsError(
        'bad-input',
        'There is no known_hosts file to write the key into; name one in the fleet file (ssh.knownHosts).',
      );
    }
    await appendKnownHost(knownHostsFile, { host, port }, offered.hostKey);
    session.offered = null;
    return this.connect(serverKey);
  }

  server(serverKey: string): NewServer {
    return this.session(serverKey).server;
  }

  /** `has` and `of` are what the runbook asks. */
  has(nodeId: string): boolean {
    return [...this.sessions.values()].some((session) => session.server.nodeId === nodeId);
  }

  of(nodeId: string): BareServer {
    const session = [...this.sessions.values()].find((one) => one.server.nodeId === nodeId);
    if (!session) {
      throw new OpsError(
        'access-denied',
        `The login of ${nodeId} is no longer kept (it never is for long). Reach the server again with root or sudo credentials, then go on.`,
      );
    }
    session.usedAtMs = Date.now();
    return session.bare;
  }

  /** The server is one of the fleet now, or was given up. */
  forget(nodeId: string): void {
    for (const [key, session] of this.sessions) if (session.server.nodeId === nodeId) this.drop(key);
  }

  dispose(): void {
    clearInterval(this.sweep);
    for (const key of this.sessions.keys()) this.drop(key);
  }

  private async connect(serverKey: string): Promise<Reached> {
    const session = this.session(serverKey);
    try {
      const { hostKey } = await session.bare.connect();
      return { state: 'connected', serverKey, fingerprint: hostKey.fingerprint };
    } catch (thrown) {
      if (thrown instanceof HostKeyError && thrown.problem === 'host-key-unknown') {
        session.offered = thrown;
        const { fingerprint, type } = thrown.hostKey;
        return { state: 'host-key-unknown', serverKey, fingerprint, type, words: thrown.words };
      }
      this.drop(serverKey);
      throw thrown;
    }
  }

  private session(serverKey: string): Session {
    const session = this.sessions.get(serverKey);
    if (!session) {
      throw new OpsError('bad-input', 'This login is no longer kept. Reach the server again.');
    }
    session.usedAtMs = Date.now();
    return session;
  }

  private drop(serverKey: string): void {
    this.sessions.get(serverKey)?.bare.close();
    this.sessions.delete(serverKey);
  }

  private forgetIdle(): void {
    for (const [key, session] of this.sessions) {
      if (Date.now() - session.usedAtMs > idleMs) this.drop(key);
    }
  }
}

function authOf(credentials: Credentials): SshAuth {
  switch (credentials.kind) {
    case 'password':
      return { kind: 'password', password: credentials.password };
    case 'key':
      return credentials.passphrase === undefined
        ? { kind: 'key', path: credentials.path }
        : { kind: 'key', path: credentials.path, passphrase: credentials.passphrase };
    case 'agent': {
      const socket = process.env['SSH_AUTH_SOCK'];
      if (!socket) {
        throw new OpsError(
          'bad-input',
          'No ssh-agent runs here (SSH_AUTH_SOCK is not set). Use a key file or a password.',
        );
      }
      return { kind: 'agent', socket };
    }
  }
}
