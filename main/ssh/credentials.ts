/**
 * From what the target says (an agent, key files, a password) to what can be
 * shown to a server. What cannot be used is a note for the error message, not a
 * failure: another way in may work.
 */
import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { IdentityAgent } from './identity-agent.ts';
import type { SshAuth } from './transport.ts';

export type Credential =
  | { readonly kind: 'key'; readonly label: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly label: string; readonly agent: IdentityAgent }
  | { readonly kind: 'password'; readonly label: string; readonly password: string };

export interface Credentials {
  readonly usable: readonly Credential[];
  /** Sentences on what could not be used, each with its mend. */
  readonly notes: readonly string[];
}

type Loaded = { readonly usable: Credential } | { readonly note: string };

/**
 * Reads keys once: decrypting one costs up to a second of CPU, and a fleet's
 * nodes share it. A changed file is read again.
 */
export class CredentialLoader {
  readonly #keys = new Map<string, ParsedKey>();

  async load(auth: readonly SshAuth[]): Promise<Credentials> {
    const loaded = await Promise.all(auth.map((one) => this.#one(one)));
    return {
      usable: loaded.flatMap((one) => ('usable' in one ? [one.usable] : [])),
      notes: loaded.flatMap((one) => ('note' in one ? [one.note] : [])),
    };
  }

  async #one(auth: SshAuth): Promise<Loaded> {
    switch (auth.kind) {
      case 'agent':
        return {
          usable: {
            kind: 'agent',
            label: 'ssh-agent',
            agent: new IdentityAgent(auth.socket, auth.first, auth.only),
          },
        };
      case 'password':
        return { usable: { kind: 'password', label: 'password', password: auth.password } };
      case 'key':
        return this.#key(auth.path, auth.passphrase);
    }
  }

  async #key(path: string, passphrase: string | undefined): Promise<Loaded> {
    const file = await stat(path).catch((thrown: unknown) => thrown as NodeJS.ErrnoException);
    if (file instanceof Error) return { note: unreadable(path, file) };
    if (process.platform !== 'win32' && (file.mode & 0o077) !== 0) {
      return {
        note: `The key ${path} can be read by others (mode ${octal(file.mode)}), so it was not used; chmod 600 it.`,
      };
    }
    const known = JSON.stringify([path, file.mtimeMs, file.size, passphrase ?? null]);
    const parsed = this.#keys.get(known) ?? (await parsePrivateKey(path, passphrase));
    if (typeof parsed === 'string') return { note: parsed };
    this.#keys.set(known, parsed);
    return { usable: { kind: 'key', label: `key ${path}`, key: parsed } };
  }
}

/** The key, or a sentence on why not. */
async function parsePrivateKey(path: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  let text: Buffer;
  try {
    text = await readFile(path);
  } catch (thrown) {
    return unreadable(path, thrown as NodeJS.ErrnoException);
  }
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) {
    const key = Array.isArray(parsed) ? (parsed as ParsedKey[])[0]! : parsed;
    return key.isPrivateKey() ? key : `${path} is a public key; name the private one.`;
  }
  if (/no passphrase given/i.test(parsed.message)) {
    return `The key ${path} is encrypted and no passphrase was given; give it, or add the key to ssh-agent (ssh-add ${path}).`;
  }
  if (/passphrase|integrity check|bad decrypt/i.test(parsed.message)) {
    return `The passphrase does not open the key ${path}.`;
  }
  if (
    text.toString('latin1').startsWith('-----BEGIN OPENSSH PRIVATE KEY') &&
    /unsupported|unknown/i.test(parsed.message)
  ) {
    return `The key ${path} is of a kind that Mailyard cannot use itself (a security key?); add it to ssh-agent.`;
  }
  return `${path} is not a private key that can be read: ${parsed.message}.`;
}

function unreadable(path: string, why: NodeJS.ErrnoException): string {
  if (why.code === 'ENOENT') return `The key file ${path} does not exist.`;
  if (why.code === 'EACCES') return `The key file ${path} may not be read by you.`;
  return `The key file ${path} cannot be read: ${why.message}.`;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}
