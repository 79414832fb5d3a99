/**
 * What wraps secrets on disk. In the app it is the desktop's keyring through
 * Electron's safeStorage; without one (CLI, CI, a server) the file's mode
 * guards them, as it guards ~/.ssh.
 */
import { OpsError } from '../../common/model/ops-error.ts';

export interface Cipher {
  /** Written beside what it encrypted, so that another one is not tried on it. */
  readonly name: string;
  encrypt(text: string): Promise<string>;
  decrypt(text: string): Promise<string>;
}

/** The part of Electron's safeStorage that is needed. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Buffer;
  decryptString(bytes: Buffer): string;
}

/** null where there is no real keyring: `basic_text` only looks like encryption, its key is in Chromium's source. */
export function cipherFrom(storage: SafeStorage): Cipher | null {
  if (!storage.isEncryptionAvailable() || storage.getSelectedStorageBackend?.() === 'basic_text') return null;
  return {
    name: 'safeStorage',
    encrypt: async (text) => storage.encryptString(text).toString('base64'),
    async decrypt(text) {
      try {
        return storage.decryptString(Buffer.from(text, 'base64'));
      } catch (cause) {
        throw new OpsError(
          'internal',
          'The fleet’s secrets cannot be opened: the desktop’s keyring is locked or another one. Unlock it, or log in as the user who made them.',
          cause,
        );
      }
    },
  };
}
