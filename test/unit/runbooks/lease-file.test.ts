import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLeases } from '../../../main/runbooks/lease-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailyard-leases-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const holder = { runId: 'r1', operator: 'ada' };

/** Another console that takes the lease and holds it until it is killed. */
async function otherConsole(count = 1): Promise<{ took: boolean; kill(): Promise<void> }[]> {
  const script = `
    import { fileLeases } from ${JSON.stringify(join(import.meta.dirname, '../../../main/runbooks/lease-file.ts'))};
    process.stdin.once('data', () => {
      fileLeases(process.argv[1]).acquire(['mx'], { runId: 'other', operator: 'bob' })
        .then(() => console.log('took'), (error) => console.log(error.problem));
    });
    console.log('ready');
    setInterval(() => {}, 1000);
  `;
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const line = (child: (typeof children)[number]): Promise<string> =>
    new Promise((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));
  await Promise.all(children.map(line));
  const answers = children.map(line);
  for (const child of children) child.stdin.write('go\n');
  return Promise.all(
    children.map(async (child, at) => ({
      took: (await answers[at]) === 'took',
      kill: () =>
        new Promise<void>((resolve) => {
          child.once('exit', () => resolve());
          child.kill('SIGKILL');
        }),
    })),
  );
}

describe('a lease', () => {
  it('is given once, and again after it was released, with a higher epoch', async () => {
    const leases = fileLeases(folder, () => 5);
    const first = await leases.acquire(['mx', 'edge'], holder);
    await expect(leases.acquire(['edge'], { ...holder, runId: 'r2' })).rejects.toMatchObject({
      problem: 'lease-held',
      message: expect.stringContaining('r1') as unknown,
    });
    first.release();
    const second = await leases.acquire(['edge'], holder);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(leases.epoch()).toBe(second.epoch);
  });

  it('takes all clusters or none', async () => {
    const leases = fileLeases(folder);
    await leases.acquire(['store'], holder);
    await expect(leases.acquire(['edge', 'store'], holder)).rejects.toMatchObject({ problem: 'lease-held' });
    expect(leases.holders().map((one) => one.clusterId)).toEqual(['store']);
  });

  it('goes on counting when the clock was set back', async () => {
    let now = 1000;
    const leases = fileLeases(folder, () => now);
    (await leases.acquire(['mx'], holder)).release();
    now = 10;
    expect((await leases.acquire(['mx'], holder)).epoch).toBe(1001);
  });

  it('leaves one file a cluster behind', async () => {
    const leases = fileLeases(folder);
    for (let at = 0; at < 5; at++) (await leases.acquire(['mx'], holder)).release();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('of a killed console is free, and of a living one is not', async () => {
    const [other] = await otherConsole();
    const leases = fileLeases(folder);
    await expect(leases.acquire(['mx'], holder)).rejects.toMatchObject({ problem: 'lease-held' });
    expect(leases.holders()).toMatchObject([{ operator: 'bob' }]);
    await other?.kill();
    expect(leases.holders()).toEqual([]);
    expect((await leases.acquire(['mx'], holder)).epoch).toBeGreaterThan(0);
  }, 60_000);

  it('goes to one of several consoles that ask at the same moment', async () => {
    const consoles = await otherConsole(3);
    expect(consoles.filter((one) => one.took)).toHaveLength(1);
    await Promise.all(consoles.map((one) => one.kill()));
  }, 60_000);
});
