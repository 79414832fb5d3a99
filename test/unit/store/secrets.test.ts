import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cipher, cipherFrom } from '../../../main/store/cipher.ts';
import { ensureConsoleKey, publicKeyOf } from '../../../main/store/console-key.ts';
import { fileSecrets } from '../../../main/store/secrets.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailyard-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const reversed: Cipher = {
  name: 'reversed',
  encrypt: async (text) => Array.from(text).reverse().join(''),
  decrypt: async (text) => Array.from(text).reverse().join(''),
};

describe('the secrets of a fleet', () => {
  it('are made once and stay the same, in a file that is its owner’s alone', async () => {
    const path = join(folder, 'deep', 'secrets.json');
    const first = await fileSecrets(path, null).get('cyrus-repl');
    expect(first).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await fileSecrets(path, null).get('cyrus-repl')).toBe(first);
    expect(await fileSecrets(path, null).get('mailbox:ada@example.org')).not.toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are the same for all who ask at once', async () => {
    const path = join(folder, 'secrets.json');
    const asked = await Promise.all(Array.from({ length: 8 }, () => fileSecrets(path, null).get('vrrp')));
    expect(new Set(asked).size).toBe(1);
  });

  it('are not used when others could have read them', async () => {
    const path = join(folder, 'secrets.json');
    await fileSecrets(path, null).get('vrrp');
    chmodSync(path, 0o644);
    await expect(fileSecrets(path, null).get('vrrp')).rejects.toThrow('can be read by others');
  });

  it('do not stand in the file in clear where there is a keyring, and say so where it is missing', async () => {
    const path = join(folder, 'secrets.json');
    const value = await fileSecrets(path, reversed).get('vrrp');
    expect(readFileSync(path, 'utf8')).not.toContain(value);
    expect(await fileSecrets(path, reversed).get('vrrp')).toBe(value);
    await expect(fileSecrets(path, null).get('vrrp')).rejects.toThrow('keyring');
  });

  it('are never wrapped in what only looks like encryption', () => {
    const storage = { isEncryptionAvailable: () => true, encryptString: Buffer.from, decryptString: String };
    expect(cipherFrom({ ...storage, getSelectedStorageBackend: () => 'basic_text' })).toBeNull();
    expect(cipherFrom({ ...storage, getSelectedStorageBackend: () => 'gnome_libsecret' })).not.toBeNull();
  });
});

describe('the console’s own key', () => {
  it('is one that OpenSSH reads, made once', () => {
    const path = ensureConsoleKey(join(folder, 'ssh', 'id'));
    const made = publicKeyOf(path);
    expect(execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' }).trim().split(' ')[1]).toBe(
      made?.split(' ')[1],
    );
    ensureConsoleKey(path);
    expect(publicKeyOf(path)).toBe(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
