/** A node's root file system: its own directory (or small tmpfs) laid over the image's layers. */
import { mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { nodeDir } from './node-record.ts';
import { mustRun, runCommand } from './run-command.ts';

const overlayMagic = 0x794c7630;

/**
 * Mounts the root. A `disk` size (as mount -o size= takes it: '300M') puts the
 * node's own writes on a tmpfs that is full at that size; null leaves them the
 * host's free space.
 */
export async function mountRoot(
  lab: Instance,
  name: string,
  layers: readonly string[],
  disk: string | null,
): Promise<void> {
  const home = nodeDir(lab, name);
  const own = join(home, 'disk');
  const root = join(home, 'root');
  for (const path of [own, root]) mkdirSync(path, { recursive: true, mode: 0o755 });
  if (disk !== null) {
    if (!/^[1-9][0-9]*[MG]$/.test(disk))
      throw new LabError(`'${disk}' is no disk size: write it as 300M or 2G.`);
    await mustRun(['mount', '-t', 'tmpfs', '-o', `size=${disk},mode=0755`, 'mailyard-lab-disk', own]);
  }
  const upper = join(own, 'upper');
  const work = join(own, 'work');
  for (const path of [upper, work]) mkdirSync(path, { recursive: true, mode: 0o755 });
  const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`;
  await mustRun(['mount', '-t', 'overlay', '-o', options, `mailyard-lab-${name}`, root]);
}

/** Unmounts everything below a directory, the deepest first. */
export async function unmountBelow(dir: string): Promise<void> {
  for (const point of mountsBelow(dir).reverse()) {
    const gentle = await runCommand(['umount', point]);
    if (gentle.code !== 0) await mustRun(['umount', '--lazy', point]);
  }
}

/** Mount points below a directory, in the order of mounting. */
export function mountsBelow(dir: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((point) => point === dir || point.startsWith(`${dir}/`));
}

/** A reason why overlays cannot be written there, or null. */
export function overlayBlocker(dir: string, variable: string): string | null {
  if (/[:,\\]/.test(dir))
    return `${dir} holds a character that overlay mounts cannot take: set ${variable} to a plainer path.`;
  if (statfsSync(dir).type !== overlayMagic) return null;
  return `${dir} is itself on an overlay (a container's root?): set ${variable} to a directory on a real file system, e.g. a mounted volume.`;
}
