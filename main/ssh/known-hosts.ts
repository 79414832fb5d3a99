/**
 * What known_hosts says about a server's key. Pure: text in, verdict out.
 *
 *   mx1.example.org,10.0.0.5 ssh-ed25519 AAAA...     plain names
 *   [mx1.example.org]:2222 ssh-ed25519 AAAA...       another port than 22
 *   |1|salt|hmac ssh-ed25519 AAAA...                 hashed: HMAC-SHA1(salt, name)
 *   *.example.org,!old.example.org ssh-rsa AAAA...   patterns
 *   @revoked * ssh-rsa AAAA...                       never accept this key
 *   @cert-authority *.example.org ssh-rsa AAAA...    signs host certificates, which ssh2 cannot check
 *
 * Which lines name a host is fuzz-tested against the real `ssh-keygen -F`.
 */
import { createHmac } from 'node:crypto';
import { matchesPatternList } from './host-pattern.ts';

export interface KnownHostsLine {
  readonly file: string;
  /** From 1, as ssh-keygen counts. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The names field as written. */
  readonly names: string;
  /** e.g. 'ssh-ed25519'; empty when the line has no readable key. */
  readonly type: string;
  /** base64; empty when the line has no readable key. */
  readonly key: string;
}

export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly at: KnownHostsLine }
  /** `authority`: a certificate authority is trusted for this host, which does not help us. */
  | { readonly kind: 'unknown'; readonly authority: KnownHostsLine | null }
  | { readonly kind: 'changed'; readonly at: KnownHostsLine; readonly name: string }
  | { readonly kind: 'revoked'; readonly at: KnownHostsLine };

/** Lines that say something; comments and lines that OpenSSH would call invalid are left out. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostsLine[] {
  const lines: KnownHostsLine[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const parsed = parseLine(raw);
    if (parsed !== null) lines.push({ file, line: index + 1, ...parsed });
  }
  return lines;
}

function parseLine(raw: string): Omit<KnownHostsLine, 'file' | 'line'> | null {
  let rest = raw.replace(/\r$/, '').replace(/^[ \t]+/, '');
  if (rest === '' || rest.startsWith('#')) return null;
  let marker: KnownHostsLine['marker'] = 'none';
  if (rest.startsWith('@')) {
    // OpenSSH ends the marker at the first space of the line, at a tab only when there is no space at all.
    const space = rest.indexOf(' ');
    const end = space >= 0 ? space : rest.indexOf('\t');
    const name = rest.slice(1, Math.max(1, end));
    if (name !== 'cert-authority' && name !== 'revoked') return null;
    marker = name;
    rest = rest.slice(end).replace(/^[ \t]+/, '');
    if (rest.startsWith('@')) return null;
  }
  const fields = /^([^ \t]+)[ \t]+(.*)$/.exec(rest);
  if (fields === null) return null;
  const key = /^(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?=\s|$)/.exec(fields[2]!);
  const readable = key !== null && typeInside(key[2]!) === key[1];
  return {
    marker,
    names: fields[1]!,
    type: readable ? key[1]! : '',
    key: readable ? canonical(key[2]!) : '',
  };
}

/** The same bytes are the same key, however their base64 was padded. */
function canonical(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64');
}

/** The type that the key itself names; a line whose two types differ is broken. */
function typeInside(base64: string): string | null {
  const blob = Buffer.from(base64, 'base64');
  if (blob.length < 4) return null;
  const length = blob.readUInt32BE(0);
  return length > 0 && length <= 64 && blob.length >= 4 + length
    ? blob.subarray(4, 4 + length).toString('latin1')
    : null;
}

/** How a server is called in known_hosts. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

export function lineNames(line: Pick<KnownHostsLine, 'names'>, name: string): boolean {
  if (!line.names.startsWith('|')) return matchesPatternList(name, line.names);
  const hashed = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(line.names);
  if (hashed === null) return false;
  return hashName(name, hashed[1]!) === line.names;
}

/** `|1|salt|hmac` of a name. */
export function hashName(name: string, saltBase64: string): string {
  const salt = Buffer.from(saltBase64, 'base64');
  return `|1|${saltBase64}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** Key types recorded for a server, so that we ask it for one of those. */
export function recordedTypes(
  lines: readonly KnownHostsLine[],
  host: string,
  port: number,
): readonly string[] {
  const exact = linesFor(lines, knownHostsName(host, port));
  const found = exact.length > 0 ? exact : linesFor(lines, knownHostsName(host, 22));
  return [...new Set(found.map((line) => line.type))];
}

/**
 * Is this key the one we know? Same rules as OpenSSH: a revoked key is refused
 * whatever else is recorded; a recorded key of any type that differs means
 * changed; on another port the plain name's key counts too, but only to accept.
 */
export function judgeHostKey(
  lines: readonly KnownHostsLine[],
  host: string,
  port: number,
  key: string,
): HostKeyVerdict {
  const name = knownHostsName(host, port);
  const named = lines.filter((line) => line.key !== '' && lineNames(line, name));
  const revoked = named.find((line) => line.marker === 'revoked' && line.key === key);
  if (revoked !== undefined) return { kind: 'revoked', at: revoked };
  const recorded = named.filter((line) => line.marker === 'none');
  const same = recorded.find((line) => line.key === key);
  if (same !== undefined) return { kind: 'known', at: same };
  const other = recorded[0];
  if (other !== undefined) return { kind: 'changed', at: other, name };
  if (port !== 22) {
    const plain = linesFor(lines, knownHostsName(host, 22)).find((line) => line.key === key);
    const plainRevoked = lines.find(
      (line) => line.marker === 'revoked' && line.key === key && lineNames(line, knownHostsName(host, 22)),
    );
    if (plainRevoked !== undefined) return { kind: 'revoked', at: plainRevoked };
    if (plain !== undefined) return { kind: 'known', at: plain };
  }
  return { kind: 'unknown', authority: named.find((line) => line.marker === 'cert-authority') ?? null };
}

function linesFor(lines: readonly KnownHostsLine[], name: string): readonly KnownHostsLine[] {
  return lines.filter((line) => line.marker === 'none' && line.key !== '' && lineNames(line, name));
}
