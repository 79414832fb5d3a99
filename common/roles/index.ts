/** Every role of this version, one line each. */
import type { Role } from './role.ts';
import type { RoleId } from './role-id.ts';

export const roles: Readonly<Partial<Record<RoleId, Role>>> = {};
