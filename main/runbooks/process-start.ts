import { readFileSync } from 'node:fs';

/**
 * When a process was started, as an opaque text that differs for another
 * process of the same number; 'gone' when there is none; null when it runs but
 * the platform does not say since when.
 *
 * Source: /proc/PID/stat field 22 (ticks since boot) with the boot's id.
 */
export function processStartedAt(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return 'gone';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may hold spaces and brackets: count behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie does nothing any more; its parent has only not looked yet.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
