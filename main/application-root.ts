import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { OpsError } from '../common/model/ops-error.ts';
import type { AgentBundle } from './runbooks/provision/agent-steps.ts';

/** The folder with assets/ and the agent's bundle: the repository, or the installed app. */
export function applicationRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'assets', 'roles'))) return folder;
    if (dirname(folder) === folder) {
      throw new OpsError(
        'internal',
        `Mailyard is not whole: there is no assets/roles above ${from}. Install it again.`,
      );
    }
  }
}

export function applicationVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Text of assets/roles/<path>. Paths come from roles, not from outside; one that leaves the folder is a bug. */
export async function readTemplate(root: string, path: string): Promise<string> {
  const inside = normalize(path);
  if (inside.startsWith('..') || inside.startsWith('/'))
    throw new Error(`template path leaves its folder: ${path}`);
  return readFile(join(root, 'assets', 'roles', inside), 'utf8');
}

export function agentBundle(root: string, version: string): AgentBundle {
  let text: Promise<string> | null = null;
  const path = join(root, 'out', 'agent', 'mailyard-agent.cjs');
  return {
    version,
    text: () => {
      text ??= readFile(path, 'utf8').catch((cause: unknown) => {
        text = null;
        throw new OpsError(
          'internal',
          `The agent that servers get is not built yet (${path}): run “npm run build:agent”.`,
          cause,
        );
      });
      return text;
    },
  };
}
