/** Every role of this version, one line each. */
import { edgeRole } from './edge/index.ts';
import { mxRole } from './mx/index.ts';
import type { Role } from './role.ts';
import type { RoleId } from './role-id.ts';
import { storeRole } from './store/index.ts';

export const roles: Readonly<Record<RoleId, Role>> = { edge: edgeRole, mx: mxRole, store: storeRole };
