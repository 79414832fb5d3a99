import { z } from 'zod';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

export const rolesPath = '/etc/mailyard/roles.json';
export const rolesFileSchema = z.strictObject({ roles: z.array(roleIdSchema).max(16) });

/** Says which roles a node has: the daemon samples them, and only them. */
export const nodeRolesVerb = defineVerb({
  name: 'node-roles',
  input: z.strictObject({ roles: z.array(roleIdSchema).max(16) }),
  state: rolesFileSchema,
  detached: false,
  async observe(host, wanted) {
    const text = await host.readFile(rolesPath);
    const state = text === null ? { roles: [] } : rolesFileSchema.parse(JSON.parse(text));
    const same = [...state.roles].sort().join() === [...wanted.roles].sort().join();
    return { satisfied: same && text !== null, state };
  },
  async apply(host, wanted) {
    const text = `${JSON.stringify({ roles: [...new Set(wanted.roles)] })}\n`;
    await host.writeFile(rolesPath, text, { mode: 0o644, owner: 'root', group: 'root' });
  },
});
