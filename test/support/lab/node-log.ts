/** Where a node's journal is read: inside while it runs, from its disk when it does not. */
import { join } from 'node:path';
import { isFrozen } from './cgroups.ts';
import type { Instance } from './instance.ts';
import { type NodeRecord, nodeRoot } from './node-record.ts';
import { isAlive } from './process-identity.ts';

/** An argv for journalctl. A frozen node could not run anything: its disk is read instead. */
export function nodeLogCommand(lab: Instance, record: NodeRecord, args: readonly string[]): string[] {
  const { running } = record;
  const journalctl = ['journalctl', '--no-pager', ...(args.length > 0 ? args : ['--boot', '--lines=200'])];
  if (running && isAlive(running.init) && !isFrozen(running.freezer)) {
    return ['nsenter', '--target', String(running.init.pid), '--all', '--', ...journalctl];
  }
  // A program of the host reads the node's files: it understands its own and older formats.
  return [...journalctl, `--directory=${join(nodeRoot(lab, record.name), 'var/log/journal')}`];
}
