/**
 * Which Debian packages a node image has before anybody provisions it: the
 * product's own lists, so that a lab is never richer than a real server that
 * the product set up.
 */
import type { RoleId } from '../../../common/roles/role-id.ts';

export const imageNames = ['bare', 'edge', 'mx', 'store'] as const satisfies readonly ('bare' | RoleId)[];
export type ImageName = (typeof imageNames)[number];

/** What the console installs with the agent on every node. */
export async function agentPackages(): Promise<readonly string[]> {
  // Loaded only when an image is asked for: the lab's other verbs start without the product.
  const agent = await import('../../../main/runbooks/provision/install-agent.ts');
  return [...agent.agentPackages].sort();
}

/** What a role's provisioning installs, without the agent's. */
export async function rolePackages(role: RoleId): Promise<readonly string[]> {
  const [{ roles }, agent] = await Promise.all([import('../../../common/roles/index.ts'), agentPackages()]);
  const wanted = roles[role].provision?.packages ?? [];
  return wanted.filter((name) => !agent.includes(name)).sort();
}
