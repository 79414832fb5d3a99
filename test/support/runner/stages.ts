import { buildSteps, buildWhenStale } from '../electron/build.ts';
import { ensureElectronPackages } from '../electron/display.ts';
import { resolveElectron } from '../electron/resolve-electron.ts';
import { thisHostBlocker } from '../lab/host-check.ts';
import { runChild } from './child-run.ts';
import { type Stage, type StageName, type StageResult, singleCheck, skippedStage } from './stage.ts';
import { countTests, runVitest } from './vitest-stage.ts';

const minute = 60_000 * (Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1);

type Command = readonly [name: string, program: string, args: readonly string[]];

const npmBin = (name: string): string => `node_modules/.bin/${name}`;
const lintCommands: readonly Command[] = [
  ['biome', npmBin('biome'), ['check', '--diagnostic-level=error', '--max-diagnostics=50', '.']],
  ['oxlint', npmBin('oxlint'), ['--type-aware', '--deny-warnings', '.']],
];
const typesCommands: readonly Command[] = [['tsc', npmBin('tsc'), ['--noEmit', '--pretty', 'false']]];
const buildCommands = buildSteps.map((step): Command => [step.name, step.program, step.args]);

/** The stages of `npm test`, each with its own set-up, by name. */
export function createStages(root: string): Readonly<Record<StageName, Stage>> {
  return {
    lint: { name: 'lint', run: () => checkAll(root, lintCommands, 10 * minute) },
    types: { name: 'types', run: () => checkAll(root, typesCommands, 10 * minute) },
    unit: { name: 'unit', run: () => runVitest(root, 'unit', 15 * minute) },
    contract: { name: 'contract', run: () => runVitest(root, 'contract', 20 * minute) },
    build: { name: 'build', run: () => checkAll(root, buildCommands, 10 * minute) },
    ui: { name: 'ui', run: () => runUi(root) },
    lab: { name: 'lab', run: () => runLab(root) },
  };
}

/** Runs all of the commands, also after one has failed; together they are one test. */
async function checkAll(root: string, commands: readonly Command[], timeoutMs: number): Promise<StageResult> {
  const failed: string[] = [];
  for (const [name, program, args] of commands) {
    const result = await runChild(program, args, { cwd: root, timeoutMs });
    if (result.code === 0) continue;
    const how = result.timedOut
      ? 'did not end in time'
      : `ended with code ${result.code ?? 'none (a signal)'}`;
    process.stdout.write(`${result.output.trimEnd()}\n`);
    failed.push(`${name} ${how}:\n${result.output.trim()}`);
  }
  const names = commands.map(([name]) => name).join(' and ');
  return singleCheck(names, failed.length === 0 ? null : failed.join('\n'));
}

async function runUi(root: string): Promise<StageResult> {
  await buildWhenStale(root);
  await ensureElectronPackages('the UI tests');
  const runtime = await resolveElectron(() => undefined);
  const origin = runtime.origin === 'carried' ? ' (carried by an npm package)' : '';
  const result = await runVitest(root, 'ui', 40 * minute);
  return { ...result, note: `on Electron ${runtime.version}${origin}` };
}

async function runLab(root: string): Promise<StageResult> {
  const blocker = thisHostBlocker();
  if (blocker === null) {
    await buildWhenStale(root);
    return runVitest(root, 'lab', 180 * minute);
  }
  return skippedStage(await countTests(root, 'lab'), `Not run: ${blocker}`);
}
