/**
 * What the rest of the console knows of SSH. ssh2 stands behind it (ssh2-transport.ts);
 * a second implementation may spawn the system's ssh.
 */
import type { Duplex } from 'node:stream';

/** A server and how to log in to it. Secrets live only here and in memory. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: readonly SshAuth[];
  /** known_hosts files, first one also gets accepted keys appended. */
  readonly knownHostsFiles: readonly string[];
  /** OpenSSH's HostKeyAlias: the name its key is recorded under, without a port. Absent: `host` and `port`. */
  readonly knownAs?: string;
  /** The bastion to go through, itself a whole target: every hop is verified under its own name. */
  readonly jump: SshTarget | null;
}

export type SshAuth =
  /** `first` are base64 public keys to try before the agent's others; with `only` no others are tried (IdentitiesOnly). */
  | {
      readonly kind: 'agent';
      readonly socket: string;
      readonly first?: readonly string[];
      readonly only?: boolean;
    }
  | { readonly kind: 'key'; readonly path: string; readonly passphrase?: string }
  | { readonly kind: 'password'; readonly password: string };

export interface HostKey {
  /** e.g. 'ssh-ed25519' */
  readonly type: string;
  /** 'SHA256:...' as OpenSSH prints it. */
  readonly fingerprint: string;
  /** base64, as in known_hosts. */
  readonly key: string;
}

export interface ExecAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the program at the other end of a stream ended. `code` is null when the connection went first. */
export interface StreamOutcome {
  readonly code: number | null;
  /** The end of what it wrote to stderr, made plain. */
  readonly stderr: string;
}

export interface RemoteStream extends Duplex {
  /** Never rejects. */
  readonly outcome: Promise<StreamOutcome>;
}

export interface SshConnection {
  readonly target: SshTarget;
  readonly hostKey: HostKey;
  /** Runs one command string as the remote's sshd gets it (ours are gate words: `telemetry`, `verb NAME`). Output over maxBytes ends it with OpsError. */
  exec(
    command: string,
    options?: { stdin?: string | Buffer; timeoutMs?: number; signal?: AbortSignal; maxBytes?: number },
  ): Promise<ExecAnswer>;
  /** A channel whose stdio is the stream; for the WebSocket. */
  stream(command: string): Promise<RemoteStream>;
  /** direct-tcpip; for jump hosts and the etcd gateway. */
  forward(host: string, port: number): Promise<Duplex>;
  /** Resolves when the connection is gone, with why. */
  readonly closed: Promise<Error | null>;
  close(): void;
}

export interface Transport {
  /**
   * Connects, verifies the host key before anything else is sent, logs in.
   * Throws OpsError 'unreachable' | 'host-key-unknown' (HostKeyError carries the key) | 'host-key-changed' | 'access-denied' | 'timeout'.
   */
  connect(target: SshTarget, options: { timeoutMs: number; signal?: AbortSignal }): Promise<SshConnection>;
  dispose(): void;
}
