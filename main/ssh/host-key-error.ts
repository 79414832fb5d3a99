/** Why a server's key was not taken, with what a person needs to decide. */
import { OpsError, type OpsProblem } from '../../common/model/ops-error.ts';
import { plainText } from '../../common/protocol/plain-text.ts';
import { spokenFingerprint } from './fingerprint.ts';
import { type HostKeyVerdict, type KnownHostsLine, knownHostsName } from './known-hosts.ts';
import type { HostKey } from './transport.ts';

/** The hop it happened at: with jump hosts that need not be the server one asked for. */
export interface KeyedServer {
  readonly host: string;
  readonly port: number;
  /** Where an accepted key is to be recorded; null when no known_hosts file is configured. */
  readonly knownHostsFile: string | null;
}

/** Nothing was sent to the server but the key exchange. */
export class HostKeyError extends OpsError {
  readonly hostKey: HostKey;
  readonly server: KeyedServer;
  /** The fingerprint in words, for the phone. */
  readonly words: string;

  constructor(problem: OpsProblem, message: string, hostKey: HostKey, server: KeyedServer) {
    super(problem, message);
    this.name = 'HostKeyError';
    this.hostKey = hostKey;
    this.server = server;
    this.words = spokenFingerprint(hostKey.fingerprint);
  }
}

/** The error for a verdict; null when the key is the recorded one. */
export function hostKeyRefusal(
  verdict: HostKeyVerdict,
  hostKey: HostKey,
  server: KeyedServer,
): HostKeyError | null {
  switch (verdict.kind) {
    case 'known':
      return null;
    case 'unknown':
      return new HostKeyError(
        'host-key-unknown',
        `${knownHostsName(server.host, server.port)} is not known yet. It shows the ${kindOf(hostKey)} key ` +
          `${hostKey.fingerprint}. Nothing was sent to it. Compare the fingerprint on the server ` +
          `(ssh-keygen -lf /etc/ssh/ssh_host_${fileKind(hostKey)}_key.pub), then accept it.${authorityNote(verdict.authority)}`,
        hostKey,
        server,
      );
    case 'changed':
      return new HostKeyError(
        'host-key-changed',
        `${verdict.name} shows another host key than the recorded one, so nothing was sent to it. ` +
          `It shows the ${kindOf(hostKey)} key ${hostKey.fingerprint}; ${verdict.at.file} line ${verdict.at.line} has ` +
          `a different ${verdict.at.type} key. Someone may stand between, or the server was installed anew. ` +
          `Only if you know that it was, forget the old key, then compare the new one:\n` +
          removalCommand(verdict.at.file, verdict.name),
        hostKey,
        server,
      );
    case 'revoked':
      return new HostKeyError(
        'host-key-changed',
        `${knownHostsName(server.host, server.port)} shows the ${kindOf(hostKey)} key ${hostKey.fingerprint}, which is ` +
          `marked @revoked in ${verdict.at.file} line ${verdict.at.line}. Nothing was sent to it. ` +
          'Give the server a new host key; a revoked one is never accepted.',
        hostKey,
        server,
      );
  }
}

/** The line to type, whole. */
export function removalCommand(file: string, name: string): string {
  return `ssh-keygen -f ${shellWord(file)} -R ${shellWord(name)}`;
}

/** Quoted for a shell, since a person will paste it into one. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function authorityNote(authority: KnownHostsLine | null): string {
  if (authority === null) return '';
  return (
    ` ${authority.file} line ${authority.line} trusts a certificate authority for this server, ` +
    'but Mailyard cannot check host certificates; its plain key has to be accepted once.'
  );
}

function kindOf(hostKey: HostKey): string {
  return plainText(hostKey.type).slice(0, 64);
}

function fileKind(hostKey: HostKey): string {
  if (hostKey.type === 'ssh-rsa') return 'rsa';
  return hostKey.type.startsWith('ecdsa-') ? 'ecdsa' : 'ed25519';
}
