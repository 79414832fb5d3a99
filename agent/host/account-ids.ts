import { readFileSync } from 'node:fs';
import { OpsError } from '../../common/model/ops-error.ts';

/** Number of a user or group given by name, or by its number as text. Throws: OpsError 'command-failed' when there is none. */
export function accountId(kind: 'passwd' | 'group', name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  for (const line of readFileSync(`/etc/${kind}`, 'utf8').split('\n')) {
    const [found, , id] = line.split(':');
    if (found === name) return Number(id);
  }
  const what = kind === 'passwd' ? 'user' : 'group';
  throw new OpsError(
    'command-failed',
    `This node has no ${what} ${name}; is the package that brings it installed?`,
  );
}
