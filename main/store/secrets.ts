/**
 * A fleet's secrets by name (`vrrp`, `cyrus-repl`, `mailbox:<address>`): made
 * when first asked for, kept in one file of mode 0600, written whole. Two
 * consoles that ask at once agree on one value.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { OpsError } from '../../common/model/ops-error.ts';
import type { Cipher } from './cipher.ts';

const fileSchema = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.string(), z.string()),
});
type SecretsFile = z.infer<typeof fileSchema>;

const namePattern = /^[a-z0-9][A-Za-z0-9@:._+-]{0,127}$/;
const plainName = 'none';

export interface Secrets {
  /** Throws: OpsError 'bad-input' for a name that is none, 'internal' when the file cannot be read or written. */
  get(name: string): Promise<string>;
}

export function fileSecrets(path: string, cipher: Cipher | null): Secrets {
  const open = async (file: SecretsFile, name: string): Promise<string | null> => {
    const kept = file.secrets[name];
    if (kept === undefined) return null;
    const wrapped = /^([A-Za-z]+):(.*)$/s.exec(kept);
    if (wrapped?.[1] === plainName) return wrapped[2] ?? '';
    if (cipher === null || wrapped?.[1] !== cipher.name) {
      throw new OpsError(
        'internal',
        `The fleet’s secrets in ${path} were made by the desktop app and are locked in its keyring. Use the app for this, or run the CLI with a data folder of its own.`,
      );
    }
    return cipher.decrypt(wrapped[2] ?? '');
  };
  return {
    async get(name) {
      if (!namePattern.test(name)) throw new OpsError('bad-input', `“${name}” is not the name of a secret.`);
      const known = await open(readSecrets(path), name);
      if (known !== null) return known;
      const value = newSecret(name);
      const sealed = cipher ? `${cipher.name}:${await cipher.encrypt(value)}` : `${plainName}:${value}`;
      return withLock(path, async () => {
        // Another console may have made it meanwhile: then theirs counts.
        const file = readSecrets(path);
        const theirs = await open(file, name);
        if (theirs !== null) return theirs;
        writeSecrets(path, { ...file, secrets: { ...file.secrets, [name]: sealed } });
        return value;
      });
    },
  };
}

/** Letters and digits only: it must survive every configuration syntax. keepalived reads the first 8 of VRRP's. */
function newSecret(name: string): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const length = name === 'vrrp' ? 8 : 24;
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(32)) {
      if (byte < alphabet.length * 4 && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

function readSecrets(path: string): SecretsFile {
  if (!existsSync(path)) return { version: 1, secrets: {} };
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new OpsError(
      'internal',
      `The fleet’s secrets in ${path} can be read by others, so they are not used. Make it yours alone (chmod 600), and consider who has read them.`,
    );
  }
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new OpsError(
      'internal',
      `The fleet’s secrets in ${path} cannot be read. Put the file back from a backup; new secrets would not match those on the nodes.`,
      cause,
    );
  }
}

function writeSecrets(path: string, file: SecretsFile): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}

const lockStaleMs = 10_000;

/** Held for milliseconds; one left behind by a crash is taken after ten seconds. */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const lock = `${path}.lock`;
  const mine = `${lock}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, '');
  try {
    for (;;) {
      try {
        linkSync(mine, lock);
        break;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
        const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
        if (Date.now() - since > lockStaleMs) rmSync(lock, { force: true });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}
