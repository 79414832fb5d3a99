/** Every role of this version, one line each. */
import { edgeRole } from './edge/index.ts';
import { mxRole } from './mx/index.ts';
import type { Role } from './role.ts';
import type { RoleId } from './role-id.ts';
import { storeRole } from './store/index.ts';

/**
 * Getters, because a role's steps use generic verbs, and those look here for what a role declares:
 * whichever of the two is imported first, the other is not ready while this line is evaluated.
 */
export const roles: Readonly<Record<RoleId, Role>> = {
  get edge() {
    return edgeRole;
  },
  get mx() {
    return mxRole;
  },
  get store() {
    return storeRole;
  },
};
