/**
 * The console's own SSH key, for fleets whose file names none: made once, as
 * an OpenSSH ed25519 key without a passphrase in a file of mode 0600.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname } from 'node:path';

/** Path of the private key; its public half lies beside it as `.pub`. */
export function ensureConsoleKey(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateText, publicText } = newKey(`mailyard-${userInfo().username}@${hostname()}`);
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, privateText, { mode: 0o600, flush: true });
  try {
    // Not when there is one: the nodes know that one.
    linkSync(temporary, path);
    writeFileSync(`${path}.pub`, publicText, { mode: 0o644, flush: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}

/** One line as in authorized_keys; null when there is no public half beside the key and it cannot be derived. */
export function publicKeyOf(privateKeyPath: string): string | null {
  try {
    return readFileSync(`${privateKeyPath}.pub`, 'utf8').trim().split('\n')[0] ?? null;
  } catch {
    return derived(privateKeyPath);
  }
}

function derived(privateKeyPath: string): string | null {
  try {
    const key = createPublicKey(createPrivateKey(readFileSync(privateKeyPath)));
    if (key.asymmetricKeyType !== 'ed25519') return null;
    const raw = key.export({ format: 'der', type: 'spki' }).subarray(-32);
    return `ssh-ed25519 ${publicBlob(raw).toString('base64')}`;
  } catch {
    return null;
  }
}

function newKey(comment: string): { privateText: string; publicText: string } {
  const pair = generateKeyPairSync('ed25519');
  const publicRaw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const blob = publicBlob(publicRaw);
  const check = randomBytes(4);
  const inner = Buffer.concat([
    ...[check, check, field('ssh-ed25519'), field(publicRaw)],
    ...[field(Buffer.concat([seed, publicRaw])), field(comment)],
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_none, at) => at + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    ...[Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field('')],
    ...[one, field(blob), field(Buffer.concat([inner, padding]))],
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    privateText: [
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      ...lines,
      '-----END OPENSSH PRIVATE KEY-----',
      '',
    ].join('\n'),
    publicText: `ssh-ed25519 ${blob.toString('base64')} ${comment}\n`,
  };
}

function publicBlob(raw: Buffer): Buffer {
  return Buffer.concat([field('ssh-ed25519'), field(raw)]);
}

/** RFC 4251 string: length, then bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
