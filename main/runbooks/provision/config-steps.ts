/** Steps that put packages, configuration and roles on nodes, each seen before and after. */
import type { Role, Situation } from '../../../common/roles/role.ts';
import type { RoleId } from '../../../common/roles/role-id.ts';
import type { Step } from '../../../common/roles/step.ts';
import { configRestoreVerb, configVerb } from '../../../common/verbs/config.ts';
import { nodeIntentVerb } from '../../../common/verbs/node-intent.ts';
import { nodeRolesVerb } from '../../../common/verbs/node-roles.ts';
import { packagesVerb } from '../../../common/verbs/packages.ts';
import { serviceVerb } from '../../../common/verbs/service.ts';
import { provisionOf, renderRoleConfig } from './role-config.ts';

export function packagesStep(nodeId: string, role: Role): Step {
  const { packages } = provisionOf(role);
  return {
    id: 'packages',
    title: `Install the packages of ${role.title} on ${nodeId}`,
    nodeId,
    commands: [`apt-get install --no-install-recommends ${packages.join(' ')}`],
    changes: 'Debian packages; no service is started. They stay when this is undone.',
    cancel: 'after-step',
    timeoutMs: 1_500_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, packagesVerb, { role: role.id });
      const missing = Object.keys(state.versions).filter((name) => state.versions[name] === null);
      return satisfied
        ? { state: 'done', detail: `all ${packages.length} packages are installed` }
        : { state: 'todo', detail: `missing: ${missing.join(', ')}` };
    },
    async apply(context) {
      await context.verb(nodeId, packagesVerb, { role: role.id });
    },
  };
}

/** Marks the role as joining before anything of it can run: a half-made server is told apart from a failed one. */
export function joiningStep(nodeId: string, role: Role): Step {
  const reason = 'being added';
  return {
    id: 'mark-joining',
    title: `Mark ${nodeId} as joining`,
    nodeId,
    commands: [`verb node-intent ${role.id} joining`],
    changes: 'Nothing is sent to it until it has proven itself.',
    cancel: 'now',
    timeoutMs: 30_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, nodeIntentVerb, {
        ...{ role: role.id, intent: 'joining', reason },
      });
      return {
        state: satisfied ? 'done' : 'todo',
        detail: state.intent ? `wanted ${state.intent.intent}` : 'nothing was wanted of it yet',
      };
    },
    async apply(context) {
      await context.verb(nodeId, nodeIntentVerb, { role: role.id, intent: 'joining', reason });
    },
    async undo(context) {
      await context.verb(nodeId, nodeIntentVerb, {
        role: role.id,
        intent: 'drained',
        reason: 'adding it was undone',
      });
    },
  };
}

export function rolesStep(nodeId: string, wanted: readonly RoleId[]): Step {
  return {
    id: 'roles',
    title: `Tell the agent of ${nodeId} its roles`,
    nodeId,
    commands: [`verb node-roles ${wanted.join(' ')}`],
    changes: 'The agent measures these roles.',
    cancel: 'now',
    timeoutMs: 30_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, nodeRolesVerb, { roles: [...wanted] });
      return {
        state: satisfied ? 'done' : 'todo',
        detail: `roles: ${state.roles.join(', ') || 'none'}`,
        facts: { roles: state.roles },
      };
    },
    async apply(context) {
      await context.verb(nodeId, nodeRolesVerb, { roles: [...wanted] });
    },
    async undo(context, before) {
      const { roles } = before as { roles: readonly RoleId[] };
      await context.verb(nodeId, nodeRolesVerb, { roles: [...roles] });
    },
  };
}

/** `of`: whose configuration; a node that serves already is told to use it without a break. */
export function configStep(id: string, role: Role, situation: Situation, serves: boolean): Step {
  const { nodeId } = situation;
  const { files, checks } = provisionOf(role);
  const reloads = serves ? (provisionOf(role).reloads ?? []) : [];
  return {
    id,
    title: `Configure ${role.title} on ${nodeId}`,
    nodeId,
    commands: [
      ...files.map((file) => `write ${file.path}${file.secret ? ' (holds a secret)' : ''}`),
      ...checks.map((check) => check.argv.join(' ').replaceAll('{stage}', '')),
    ],
    changes: `Configuration files of ${role.title}; checked by the programs themselves before they are put in place, the old ones are kept for undo.`,
    cancel: 'after-step',
    timeoutMs: 120_000,
    async observe(context) {
      const rendered = await renderRoleConfig(role, situation, context);
      const { satisfied, state } = await context.look(nodeId, configVerb, {
        role: role.id,
        files: [...rendered],
      });
      const other = state.files.filter((file) => !file.same).map((file) => file.path);
      return {
        state: satisfied ? 'done' : 'todo',
        detail: satisfied
          ? `all ${rendered.length} files are as wanted`
          : `to be written: ${other.join(', ')}`,
        facts: { toWrite: other },
      };
    },
    async apply(context) {
      const rendered = await renderRoleConfig(role, situation, context);
      await context.verb(nodeId, configVerb, { role: role.id, files: [...rendered] });
    },
    async undo(context) {
      await context.verb(nodeId, configRestoreVerb, { run: context.runId });
      for (const unit of reloads) {
        await context.verb(nodeId, serviceVerb, { role: role.id, unit, action: 'reload' });
      }
    },
  };
}

/**
 * Reloads what uses the files of an earlier step, if that step changed them.
 * A reload leaves no trace to look for, so after a restart of the console it is
 * done once more, which harms nothing.
 */
export function reloadStep(id: string, afterStep: string, role: Role, nodeId: string): Step | null {
  const units = provisionOf(role).reloads ?? [];
  if (units.length === 0) return null;
  let reloaded = false;
  return {
    id,
    title: `Let ${units.join(', ')} on ${nodeId} use the new configuration`,
    nodeId,
    commands: units.map((unit) => `systemctl reload ${unit}`),
    changes: 'New connections follow the new configuration; running ones go on.',
    cancel: 'after-step',
    timeoutMs: 60_000,
    async observe(context) {
      const facts = context.factsOf(afterStep) as { toWrite?: readonly string[] } | undefined;
      if ((facts?.toWrite ?? []).length === 0) return { state: 'done', detail: 'its files were so already' };
      return reloaded
        ? { state: 'done', detail: 'reloaded' }
        : { state: 'todo', detail: 'it runs with its old configuration' };
    },
    async apply(context) {
      for (const unit of units)
        await context.verb(nodeId, serviceVerb, { role: role.id, unit, action: 'reload' });
      reloaded = true;
    },
    async undo() {
      // Putting the files back, which comes next, reloads again.
      reloaded = false;
    },
  };
}
