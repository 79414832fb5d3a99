/**
 * A host key for people: the SHA256 fingerprint as OpenSSH prints it, and the
 * same in words that two people can compare over the phone.
 *
 * The words are the first ten bytes of the SHA-256, one word of 256 a byte: 80
 * bits, far more than anyone can search for a second key.
 */
import { createHash } from 'node:crypto';
import { fingerprintWords } from './fingerprint-words.ts';
import type { HostKey } from './transport.ts';

const wordsSpoken = 10;

/** The key type that a public key blob names itself. */
function typeOf(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return length > 0 && length <= 64 ? blob.subarray(4, 4 + length).toString('latin1') : 'unknown';
}

export function describeHostKey(blob: Buffer): HostKey {
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type: typeOf(blob), fingerprint: `SHA256:${digest}`, key: blob.toString('base64') };
}

/** `SHA256:...` as words. Empty when it is no such fingerprint. */
export function spokenFingerprint(fingerprint: string): string {
  if (!fingerprint.startsWith('SHA256:')) return '';
  const bytes = Buffer.from(fingerprint.slice('SHA256:'.length), 'base64');
  if (bytes.length !== 32) return '';
  return [...bytes.subarray(0, wordsSpoken)].map((byte) => fingerprintWords[byte]).join(' ');
}
