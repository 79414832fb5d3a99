/** Every verb there is: the generic ones and those of the roles. A node refuses all other names. */
import { roles } from '../roles/index.ts';
import type { Role } from '../roles/role.ts';
import { agentRollbackVerb, agentUpgradeVerb } from './agent-version.ts';
import { configRestoreVerb, configVerb } from './config.ts';
import { factsVerb } from './facts.ts';
import { jobVerb } from './job.ts';
import { journalTailVerb } from './journal-tail.ts';
import { nodeIntentVerb } from './node-intent.ts';
import { nodeRolesVerb } from './node-roles.ts';
import { packagesVerb } from './packages.ts';
import { serviceVerb } from './service.ts';
import type { AnyVerb } from './verb.ts';

export const genericVerbs: readonly AnyVerb[] = [
  factsVerb,
  packagesVerb,
  configVerb,
  configRestoreVerb,
  serviceVerb,
  nodeRolesVerb,
  nodeIntentVerb,
  jobVerb,
  agentUpgradeVerb,
  agentRollbackVerb,
  journalTailVerb,
];

/** By name. A name used twice is a bug of this version and stops it at once. */
export const verbs: ReadonlyMap<string, AnyVerb> = (() => {
  const byName = new Map<string, AnyVerb>();
  for (const verb of [
    ...genericVerbs,
    ...(Object.values(roles) as readonly Role[]).flatMap((role) => role.verbs),
  ]) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(verb.name)) throw new Error(`A verb cannot be named ${verb.name}.`);
    if (byName.has(verb.name)) throw new Error(`Two verbs are named ${verb.name}.`);
    byName.set(verb.name, verb);
  }
  return byName;
})();
