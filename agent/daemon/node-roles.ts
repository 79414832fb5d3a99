import { readFileSync, statSync } from 'node:fs';
import { roles } from '../../common/roles/index.ts';
import type { Role, RoleProbe } from '../../common/roles/role.ts';
import { rolesFileSchema, rolesPath } from '../../common/verbs/node-roles.ts';

/** The probes of the roles that this node has; follows the file, which the `node-roles` verb writes. */
export function createRoleProbes(log: (message: string) => void): () => ReadonlyMap<string, RoleProbe> {
  let stamp = '';
  let probes: ReadonlyMap<string, RoleProbe> = new Map();
  return () => {
    const current = stampOf(rolesPath);
    if (current === stamp) return probes;
    stamp = current;
    try {
      const listed =
        current === '' ? [] : rolesFileSchema.parse(JSON.parse(readFileSync(rolesPath, 'utf8'))).roles;
      const known = roles as Readonly<Record<string, Role | undefined>>;
      probes = new Map(
        listed.flatMap((id) => (known[id] === undefined ? [] : [[id, known[id].probe] as const])),
      );
      log(`roles: ${[...probes.keys()].join(', ') || 'none'}`);
    } catch (error) {
      // The roles as last read stay: a half-edited file must not blind the console.
      log(`${rolesPath} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    return probes;
  };
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, ino } = statSync(path);
    return `${mtimeMs} ${ino}`;
  } catch {
    return '';
  }
}
