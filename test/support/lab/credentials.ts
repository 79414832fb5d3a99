/** The lab's own ways in: a key pair and a root password, made anew for each lab. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.ts';
import { mustRun } from './run-command.ts';

export interface Credentials {
  readonly user: 'root';
  readonly privateKey: string;
  readonly publicKey: string;
  readonly passwordFile: string;
  readonly knownHosts: string;
}

export function credentialPaths(lab: Instance): Credentials {
  const dir = join(lab.stateDir, 'ssh');
  return {
    user: 'root',
    privateKey: join(dir, 'id_ed25519'),
    publicKey: join(dir, 'id_ed25519.pub'),
    passwordFile: join(dir, 'password'),
    knownHosts: join(dir, 'known_hosts'),
  };
}

export async function makeCredentials(lab: Instance): Promise<void> {
  const paths = credentialPaths(lab);
  mkdirSync(join(lab.stateDir, 'ssh'), { recursive: true, mode: 0o700 });
  await mustRun([
    'ssh-keygen',
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    `${lab.name}-lab`,
    '-f',
    paths.privateKey,
  ]);
  const password = randomBytes(12).toString('base64url');
  writeFileSync(paths.passwordFile, password, { mode: 0o600 });
  const hash = await mustRun(['openssl', 'passwd', '-6', '-stdin'], { stdin: `${password}\n` });
  writeFileSync(hashFile(lab), hash.trim(), { mode: 0o600 });
  writeFileSync(paths.knownHosts, '', { mode: 0o644 });
}

/** As /etc/shadow wants it. */
export function passwordHash(lab: Instance): string {
  return readFileSync(hashFile(lab), 'utf8');
}

function hashFile(lab: Instance): string {
  return join(lab.stateDir, 'ssh', 'password.sha512');
}
