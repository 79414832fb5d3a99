/**
 * What a role declares is all that a verb may touch for it: its files, units
 * and packages. Anything else is refused, whoever asks.
 */
import { OpsError } from '../model/ops-error.ts';
import { roles } from '../roles/index.ts';
import type { ProvisionCapability, Role } from '../roles/role.ts';

/** Throws: OpsError 'bad-input' for a role that this version does not know. */
export function declaredRole(id: string): Role {
  const role = (roles as Readonly<Record<string, Role | undefined>>)[id];
  if (role === undefined)
    throw new OpsError('bad-input', `This agent does not know the role ${id}; upgrade it.`);
  return role;
}

/** Throws: OpsError 'bad-input' for a role that cannot be provisioned. */
export function declaredProvision(id: string): ProvisionCapability {
  const provision = declaredRole(id).provision;
  if (provision === undefined) throw new OpsError('bad-input', `The role ${id} cannot be provisioned.`);
  return provision;
}

export function declaredUnits(id: string): readonly string[] {
  return declaredRole(id).services.map((service) => service.unit);
}
