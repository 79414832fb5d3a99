import { z } from 'zod';
import { roleIds } from '../roles/role-id.ts';

/** Apart from declared.ts, which imports the roles, which import verbs: a schema is needed while modules still load. */
export const roleIdSchema = z.enum(roleIds);
