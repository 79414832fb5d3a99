/**
 * Which Debian packages a node image has before anybody provisions it. The
 * truth is each role's own list under common/roles/; the lists here stand in
 * only until a role has one.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from './lab-error.ts';

export const imageNames = ['bare', 'edge', 'mx', 'store'] as const;
export type ImageName = (typeof imageNames)[number];

/** What every managed node needs for the agent. */
export const agentPackages: readonly string[] = ['nodejs', 'socat', 'sudo'];

const standIns: Readonly<Record<ImageName, readonly string[]>> = {
  bare: [],
  edge: ['haproxy', 'keepalived'],
  mx: ['postfix', 'rspamd', 'valkey-server'],
  store: ['cyrus-imapd', 'cyrus-clients', 'cyrus-admin', 'sasl2-bin', 'libsasl2-modules', 'haproxy'],
};

/** Packages of a role image without the agent's. */
export async function rolePackages(image: ImageName): Promise<readonly string[]> {
  if (image === 'bare') return [];
  const file = new URL(`../../../common/roles/${image}/packages.ts`, import.meta.url);
  if (!existsSync(fileURLToPath(file))) return standIns[image];
  const module = (await import(file.href)) as { packages?: readonly string[] };
  if (!module.packages)
    throw new LabError(`${fileURLToPath(file)} must export \`packages\`, a list of names.`);
  return module.packages.filter((name) => !agentPackages.includes(name));
}
