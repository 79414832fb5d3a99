/** A role's configuration files for one node, rendered from its templates, the fleet and the fleet's secrets. */
import { clusterOf, type Fleet } from '../../../common/model/fleet.ts';
import { OpsError } from '../../../common/model/ops-error.ts';
import type { ProvisionCapability, Role, Situation } from '../../../common/roles/role.ts';
import type { StepContext } from '../../../common/roles/step.ts';
import { renderTemplate } from '../../../common/roles/template.ts';

export interface RenderedFile {
  readonly path: string;
  readonly content: string;
}

/** Throws: OpsError 'internal' when a template has places that the role gives no value for. */
export async function renderRoleConfig(
  role: Role,
  situation: Situation,
  from: Pick<StepContext, 'template' | 'secret'>,
): Promise<readonly RenderedFile[]> {
  const provision = provisionOf(role);
  const secrets = new Map<string, string>();
  for (const name of provision.secrets) secrets.set(name, await from.secret(name));
  const values = provision.values(situation, secrets);
  return Promise.all(
    provision.files.map(async (file) => ({
      path: file.path,
      content: renderTemplate(await from.template(`${role.id}/${file.template}`), values),
    })),
  );
}

export function provisionOf(role: Role): ProvisionCapability {
  if (!role.provision)
    throw new OpsError('bad-input', `The role ${role.title} cannot be set up by Mailyard.`);
  return role.provision;
}

/** What is observed now, with the fleet that is to be. */
export function situationIn(
  situation: Situation,
  fleet: Fleet,
  clusterId: string,
  nodeId: string,
): Situation {
  const cluster = clusterOf(fleet, clusterId);
  if (!cluster) throw new OpsError('bad-input', `The fleet has no cluster ${clusterId}.`);
  return { ...situation, fleet, cluster, nodeId };
}
