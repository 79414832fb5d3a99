/**
 * What we offer a server, pinned: the same in Node and in Electron.
 *
 * - diffie-hellman-group* is left out: it costs half a second of CPU a connection in Electron.
 * - chacha20 is left out: naming it throws in Electron (BoringSSL), and AES-GCM is faster everywhere we run.
 * - ssh-rsa (SHA-1) is left out. ML-KEM and sntrup key exchange do not exist in ssh2 1.17.
 */
import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

export const kexAlgorithms: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
];

export const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
];

/** Only read with the ctr ciphers; GCM carries its own. */
export const macs = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'] as MacAlgorithm[];

const hostKeyAlgorithmsInOrder: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Host key algorithms to offer, those of the recorded key types first: a server has several keys,
 * and asking for one that nobody recorded would look like a changed key.
 */
export function hostKeyAlgorithms(recordedTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const recorded = hostKeyAlgorithmsInOrder.filter((algorithm) =>
    recordedTypes.includes(keyTypeOf(algorithm)),
  );
  const others = hostKeyAlgorithmsInOrder.filter((algorithm) => !recorded.includes(algorithm));
  return [...recorded, ...others];
}

/** rsa-sha2-256 and rsa-sha2-512 are two signatures of one key type, ssh-rsa. */
function keyTypeOf(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}
