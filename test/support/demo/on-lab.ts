/** The demo on real servers: boot, provision, mail, and the window. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bringUpSpine, type Spine } from '../cluster/spine.ts';
import { mailRate, underMail } from '../cluster/under-mail.ts';
import { repositoryRoot } from '../electron/build.ts';
import { startApp } from '../electron/start-app.ts';
import { settle, startTraffic } from '../mail/index.ts';
import { type LaunchedApp, launchApp } from '../ui/launch-app.ts';
import { type JobResult, reportTable, verdictOf } from './report.ts';
import { act, addServer, look, switchOver } from './ui-jobs.ts';

export interface DemoOptions {
  readonly headless: boolean;
  say(line: string): void;
}

export async function demoOnLab({ headless, say }: DemoOptions): Promise<boolean> {
  const spine = await bringUpSpine({ say });
  say(`Six servers serve; mail goes to ${spine.vip}, ${mailRate} messages a second.`);
  return headless ? doTheJobs(spine, say) : openWindow(spine, say);
}

async function openWindow(spine: Spine, say: DemoOptions['say']): Promise<boolean> {
  const traffic = startTraffic({
    host: spine.vip,
    port: 25,
    ratePerSecond: mailRate,
    recipients: spine.mailboxes,
  });
  say(
    `The window opens; close it to end the mail. To have a bare server to add: npm run lab -- bare ${nextMx(spine)}`,
  );
  await startApp({ args: [`--fleet=${spine.fleetFile}`], env: { MAILYARD_DATA: spine.dataFolder }, say });
  await traffic.stop();
  const mail = await settle(traffic.ledger, { imap: spine.imap, queueIds: spine.queueIds, limitMs: 60_000 });
  say(
    `${mail.accepted} messages accepted, ${mail.delivered} delivered, ${mail.inQueue} queued, ${mail.lost.length} lost.`,
  );
  say('The servers run on: `npm run lab -- down` takes them away.');
  return mail.lost.length === 0;
}

async function doTheJobs(spine: Spine, say: DemoOptions['say']): Promise<boolean> {
  const app = await launchApp({
    fleetFile: spine.fleetFile,
    dataFolder: spine.dataFolder,
    screenshotFolder: join(repositoryRoot, 'out', 'demo'),
  });
  const results: JobResult[] = [];
  try {
    for (const job of jobs(spine, app)) {
      say(`${job.name} ...`);
      const result = await doJob(spine, job);
      results.push(result);
      say(`${job.name}: ${result.failure ?? `done in ${result.seconds.toFixed(1)} s`}`);
      if (result.failure !== null) {
        await app.screenshot(`failed-${job.name.replaceAll(' ', '-')}`);
        break;
      }
    }
  } finally {
    await app.close();
  }
  const verdict = verdictOf(results);
  process.stdout.write(`\n${reportTable(results)}\n\n${verdict.words}\nPictures: out/demo/\n`);
  return verdict.ok;
}

/** A failed job is a result too: its mail must be accounted for all the same. */
async function doJob(spine: Spine, { name, work }: Job): Promise<JobResult> {
  const { value, mail } = await underMail(spine, async () => {
    const startedAtMs = performance.now();
    const failure = await work().then(
      () => null,
      (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
    );
    return { failure, seconds: (performance.now() - startedAtMs) / 1000 };
  });
  return { job: name, ...value, mail };
}

interface Job {
  readonly name: string;
  work(): Promise<unknown>;
}

/** The first name that is free: what an earlier run added stays a member of the cluster. */
function nextMx(spine: Spine): string {
  const names = new Set(spine.lab.status().nodes.map((node) => node.name));
  let number = 1;
  while (names.has(`mx${number}`)) number += 1;
  return `mx${number}`;
}

function jobs(spine: Spine, { page, screenshot }: LaunchedApp): readonly Job[] {
  const added = nextMx(spine);
  return [
    {
      name: 'look',
      work: async () => {
        await look(page, ['edge', 'mx', 'store']);
        await screenshot('1-look');
      },
    },
    {
      name: 'drain mx2',
      work: async () => {
        await act(page, 'drain', 'mx', 'mx2');
        await screenshot('2-drained');
      },
    },
    {
      name: 'undrain mx2',
      work: async () => {
        await act(page, 'undrain', 'mx', 'mx2');
        await screenshot('2-undrained');
      },
    },
    {
      name: `add ${added}`,
      work: async () => {
        const bare = await spine.lab.bare(added);
        const password = (await readFile(spine.lab.status().ssh.passwordFile, 'utf8')).trim();
        await addServer(
          page,
          {
            nodeId: added,
            address: bare.address,
            port: 22,
            clusterId: 'mx',
            user: 'root',
            login: { password },
          },
          () => screenshot('3-plan'),
        );
        await screenshot('3-added');
      },
    },
    {
      name: 'fail over the entrance',
      work: async () => {
        await switchOver(page, 'edge', () => screenshot('4-failover-dialog'));
        await screenshot('4-failed-over');
        await look(page, ['edge', 'mx', 'store']);
        await screenshot('5-after');
      },
    },
  ];
}
