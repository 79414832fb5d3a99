/**
 * Node images as stacks of cached directories: a Debian base, the agent's
 * packages on it, a role's packages on that. A node is an overlay of its own
 * empty directory on such a stack.
 *
 * A layer's name holds a hash of all that defines it, its parent's included:
 * a changed definition is another layer. It is built aside and renamed into
 * place when whole, so that a broken build is never taken for a layer.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptProxyUrl } from './apt-cache.ts';
import type { AptMirror } from './apt-mirror.ts';
import { baseRecipe, buildBase, type DebianRelease } from './base-layer.ts';
import type { Instance } from './instance.ts';
import { LabError } from './lab-error.ts';
import { withLock } from './lock.ts';
import { identify } from './process-identity.ts';
import { agentPackages, type ImageName, rolePackages } from './role-packages.ts';
import { mustRun, untilWeEnd } from './run-command.ts';

const buildScript = fileURLToPath(new URL('./build-layer.sh', import.meta.url));

export type LayerProgress = (message: string) => void;

/** Directories of an image's layers, topmost first, building what is not there yet. */
export async function imageLayers(
  lab: Instance,
  mirror: AptMirror,
  image: ImageName,
  debian: DebianRelease,
  progress: LayerProgress,
): Promise<string[]> {
  const recipe = baseRecipe(debian, mirror);
  const base = await ensureLayer(lab, `debian${debian}`, recipe, progress, (dir) =>
    buildBase(lab, recipe, dir),
  );
  if (image === 'bare') return [base];
  const agent = await packageLayer(lab, `debian${debian}-agent`, [base], await agentPackages(), progress);
  const role = await packageLayer(
    lab,
    `debian${debian}-${image}`,
    [agent, base],
    await rolePackages(image),
    progress,
  );
  return [role, agent, base];
}

function packageLayer(
  lab: Instance,
  name: string,
  below: readonly string[],
  packages: readonly string[],
  progress: LayerProgress,
): Promise<string> {
  const definition = { below, packages, script: readFileSync(buildScript, 'utf8'), version: 2 };
  return ensureLayer(lab, name, definition, progress, async (dir) => {
    const [upper, work, root] = [join(dir, 'layer'), join(dir, 'work'), join(dir, 'root')];
    for (const path of [upper, work, root]) mkdirSync(path, { mode: 0o755 });
    await mustRun(
      [...untilWeEnd, 'sh', buildScript, below.join(':'), upper, work, root, aptProxyUrl(lab), ...packages],
      { timeoutMs: 900_000 },
    );
    disableUnits(upper);
    return upper;
  });
}

/**
 * Whatever the packages enabled is switched off again: a node boots fast, and
 * starting the services is the product's work.
 */
function disableUnits(upper: string): void {
  const etc = join(upper, 'etc');
  const systemd = join(etc, 'systemd', 'system');
  const doomed = [
    ...listDir(systemd)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .map((name) => join(systemd, name)),
    ...listDir(etc)
      .filter((name) => /^rc[0-6S]\.d$/.test(name))
      .map((name) => join(etc, name)),
  ];
  for (const directory of doomed) {
    for (const entry of listDir(directory)) rmSync(join(directory, entry), { force: true });
  }
  // Alias= names (valkey.service) count as enabled too.
  for (const entry of listDir(systemd)) {
    const path = join(systemd, entry);
    if (lstatSync(path).isSymbolicLink() && readlinkSync(path) !== '/dev/null') rmSync(path);
  }
}

function listDir(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

async function ensureLayer(
  lab: Instance,
  name: string,
  definition: unknown,
  progress: LayerProgress,
  build: (dir: string) => Promise<string>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12);
  const layers = join(lab.cacheDir, 'layers');
  const finished = join(layers, `${name}-${hash}`);
  if (existsSync(finished)) {
    utimesSync(finished, new Date(), new Date());
    return finished;
  }
  mkdirSync(layers, { recursive: true, mode: 0o755 });
  return withLock(join(lab.cacheDir, `${name}.lock`), `build of layer ${name}`, 1_200_000, async () => {
    if (existsSync(finished)) return finished;
    clearBrokenBuilds(layers);
    clearUnusedLayers(layers);
    const startMs = performance.now();
    progress(`building layer ${name} (once)`);
    const dir = join(layers, `.building-${name}-${hash}-${process.pid}`);
    mkdirSync(dir, { mode: 0o755 });
    try {
      renameSync(await build(dir), finished);
    } catch (cause) {
      throw new LabError(`The layer ${name} could not be built: ${(cause as Error).message}`, { cause });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    progress(`layer ${name} built in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
    return finished;
  });
}

function clearBrokenBuilds(layers: string): void {
  for (const name of readdirSync(layers)) {
    const pid = /^\.building-.*-(\d+)$/.exec(name)?.[1];
    if (pid && !identify(Number(pid))) rmSync(join(layers, name), { recursive: true, force: true });
  }
}

const keepUnusedMs = 14 * 24 * 3600 * 1000;

/** Definitions change, and each leaves a layer of some 200 MB: those that no lab asked for in two weeks go. */
function clearUnusedLayers(layers: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  for (const name of readdirSync(layers)) {
    const path = join(layers, name);
    if (name.startsWith('.') || mounts.includes(path)) continue;
    if (Date.now() - statSync(path).mtimeMs > keepUnusedMs) rmSync(path, { recursive: true, force: true });
  }
}
