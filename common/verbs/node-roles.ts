import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { VerbHost } from '../roles/host.ts';
import type { RoleId } from '../roles/role-id.ts';
import { declaredRole } from './declared.ts';
import { lastLines } from './last-lines.ts';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

export const rolesPath = '/etc/mailyard/roles.json';
export const rolesFileSchema = z.strictObject({ roles: z.array(roleIdSchema).max(16) });

const daemonUser = 'mailyard';
const agentUnit = 'mailyard-agent.service';

/**
 * Says which roles a node has: the daemon samples them, and only them. It joins
 * the groups that their probes need and is restarted for that (its consoles come
 * back by themselves); it leaves none, they let it look only.
 */
export const nodeRolesVerb = defineVerb({
  name: 'node-roles',
  input: z.strictObject({ roles: z.array(roleIdSchema).max(16) }),
  state: rolesFileSchema,
  detached: false,
  async observe(host, wanted) {
    const text = await host.readFile(rolesPath);
    const state = text === null ? { roles: [] } : rolesFileSchema.parse(JSON.parse(text));
    const same = [...state.roles].sort().join() === [...wanted.roles].sort().join();
    const satisfied = same && text !== null && (await groupsToJoin(host, wanted.roles)).length === 0;
    return { satisfied, state };
  },
  async apply(host, wanted) {
    const groups = await groupsToJoin(host, wanted.roles);
    const text = `${JSON.stringify({ roles: [...new Set(wanted.roles)] })}\n`;
    await host.writeFile(rolesPath, text, { mode: 0o644, owner: 'root', group: 'root' });
    if (groups.length === 0) return;
    await must(host, ['usermod', '--append', '--groups', groups.join(), daemonUser]);
    await must(host, ['systemctl', 'restart', agentUnit]);
    host.output(`the agent joined ${groups.join(', ')}`);
  },
});

/** Those that are on the node; a group that its package has not brought yet cannot be joined. */
async function groupsToJoin(host: VerbHost, wanted: readonly RoleId[]): Promise<readonly string[]> {
  const needed = new Set(wanted.flatMap((id) => declaredRole(id).probeGroups ?? []));
  const lines = ((await host.readFile('/etc/group')) ?? '').split('\n').map((line) => line.split(':'));
  return lines.flatMap(([name, , , members]) =>
    name !== undefined && needed.has(name) && members?.split(',').includes(daemonUser) !== true ? [name] : [],
  );
}

async function must(host: VerbHost, argv: readonly string[]): Promise<void> {
  const done = await host.exec(argv, { timeoutMs: 30_000 });
  if (done.code !== 0)
    throw new OpsError('command-failed', `${argv[0]} failed: ${lastLines(done.stderr, 2)}`);
}
