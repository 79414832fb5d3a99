/** The demo where no real server can run: the same window, on servers whose readings are generated. */
import { join } from 'node:path';
import { startSimulatedFleet } from '../../../main/simulated/start-simulated-fleet.ts';
import { buildWhenStale, repositoryRoot } from '../electron/build.ts';
import { startApp } from '../electron/start-app.ts';
import { launchApp } from '../ui/launch-app.ts';
import type { DemoOptions } from './on-lab.ts';
import { type JobResult, reportTable, verdictOf } from './report.ts';
import { act, look, switchOver } from './ui-jobs.ts';

export async function demoOnSimulatedFleet({ headless, say }: DemoOptions): Promise<boolean> {
  const simulated = await startSimulatedFleet();
  try {
    if (!headless) {
      await startApp({ args: [`--fleet=${simulated.fleetFile}`], say });
      return true;
    }
    await buildWhenStale(repositoryRoot, say);
    return await doTheJobs(simulated.fleetFile, say);
  } finally {
    await simulated.dispose();
  }
}

async function doTheJobs(fleetFile: string, say: DemoOptions['say']): Promise<boolean> {
  const app = await launchApp({ fleetFile, screenshotFolder: join(repositoryRoot, 'out', 'demo') });
  const { page, screenshot } = app;
  const jobs: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['look', () => look(page, ['edge', 'mx', 'store']).then(() => screenshot('1-look'))],
    ['drain mx2', () => act(page, 'drain', 'mx', 'mx2').then(() => screenshot('2-drained'))],
    ['undrain mx2', () => act(page, 'undrain', 'mx', 'mx2').then(() => screenshot('2-undrained'))],
    ['fail over the entrance', () => switchOver(page, 'edge', () => screenshot('4-failover-dialog'))],
  ];
  const results: JobResult[] = [];
  try {
    for (const [job, work] of jobs) {
      const startedAtMs = performance.now();
      const failure = await work().then(
        () => null,
        (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
      );
      results.push({ job, seconds: (performance.now() - startedAtMs) / 1000, mail: null, failure });
      say(`${job}: ${failure ?? 'done'}`);
      if (failure !== null) break;
    }
  } finally {
    await app.close();
  }
  const verdict = verdictOf(results);
  process.stdout.write(`\n${reportTable(results)}\n\n${verdict.words}\nPictures: out/demo/\n`);
  return verdict.ok;
}
