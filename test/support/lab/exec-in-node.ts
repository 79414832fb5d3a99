/** Runs a command inside a node without its network: joins its namespaces and its freezer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFrozen } from './cgroups.ts';
import { LabError } from './lab-error.ts';
import type { NodeRecord } from './node-record.ts';
import { isAlive } from './process-identity.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const launcher = fileURLToPath(new URL('./launch.sh', import.meta.url));

export interface ExecOptions {
  readonly stdin?: string | Buffer;
  /** Before scaling. Unit: ms; default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export function execInNode(
  record: NodeRecord,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<CommandResult> {
  const { running } = record;
  if (!running || !isAlive(running.init)) {
    throw new LabError(`${record.name} is off: \`npm run lab -- power ${record.name} on\` boots it.`);
  }
  if (isFrozen(running.freezer)) {
    throw new LabError(`${record.name} is frozen and runs nothing: \`npm run lab -- thaw ${record.name}\`.`);
  }
  // v1 only: a v2 group that has children takes no processes of its own.
  const procs = join(running.freezer.dir, 'cgroup.procs');
  const groups = running.freezer.version === 1 && existsSync(procs) ? [procs] : [];
  return runCommand(
    [
      'sh',
      launcher,
      ...groups,
      '--',
      'nsenter',
      '--target',
      String(running.init.pid),
      '--all',
      '--',
      ...argv,
    ],
    {
      ...options,
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        LANG: 'C.UTF-8',
      },
    },
  );
}
