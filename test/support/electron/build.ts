import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommandOrThrow } from '../run-command.ts';

export const repositoryRoot = resolve(import.meta.dirname, '../../..');

/** What the built programs are made of. */
const sources = [
  ...['main', 'preload', 'renderer', 'common', 'agent'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'electron.vite.config.ts'],
];
/** One of each build's outputs, written last or near it. */
const outputs = [
  ...['out/main/index.js', 'out/main/backend.js', 'out/preload/index.cjs', 'out/renderer/index.html'],
  'out/agent/mailyard-agent.cjs',
];

export interface BuildStep {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** The builds of the console and of the agent, as programs to run from the repository's root. */
export const buildSteps: readonly BuildStep[] = [
  {
    name: 'console',
    program: process.execPath,
    args: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'],
  },
  {
    name: 'agent',
    program: process.execPath,
    args: [
      'node_modules/vite/bin/vite.js',
      ...['build', '--config', 'agent/vite.config.ts', '--logLevel', 'warn'],
    ],
  },
];

/** Builds what is in out/ anew when a source is newer; says so, because it takes some seconds. */
export async function buildWhenStale(
  root: string = repositoryRoot,
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<void> {
  if (!(await isStale(root))) return;
  const startedAtMs = performance.now();
  for (const step of buildSteps) await runCommandOrThrow(step.program, step.args, { cwd: root });
  say(`Built in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s.`);
}

/** Is a source newer than the oldest output, or an output not there? */
export async function isStale(root: string): Promise<boolean> {
  const built = await Promise.all(outputs.map((path) => modifiedAtMs(join(root, path))));
  const newest = await Promise.all(sources.map((path) => newestUnder(join(root, path))));
  return Math.max(...newest) > Math.min(...built);
}

async function newestUnder(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path);
  const times = await Promise.all(names.map((name) => newestUnder(join(path, name))));
  return Math.max(found.mtimeMs, ...times);
}

async function modifiedAtMs(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}
