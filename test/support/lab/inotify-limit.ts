/**
 * Every systemd holds a handful of inotify instances, and all of them count
 * against root's limit on the host: with the kernel's default of 128, from
 * about twenty nodes on the next one hangs at boot. The limit is raised, never
 * lowered, and stays so: other programs may have come to need it meanwhile.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = '/proc/sys/fs/inotify/max_user_instances';
const needed = 1024;

/** Says what it changed; a host that does not let us change it is left as it is. */
export function raiseInotifyLimit(say: (message: string) => void): void {
  try {
    const now = Number(readFileSync(file, 'utf8'));
    if (now >= needed) return;
    writeFileSync(file, String(needed));
    say(`raised fs.inotify.max_user_instances from ${now} to ${needed}: every node's systemd needs some`);
  } catch {
    // A read-only /proc/sys: few nodes still boot, and a boot that hangs is told by its own limit.
  }
}
