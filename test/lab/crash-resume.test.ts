/**
 * The console is killed (SIGKILL) at each step of each runbook, a moment after
 * the step's change was sent: it goes on, or back, from the journal, and every
 * message is accounted for.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../common/model/run.ts';
import { type Cli, forgetHostKey, freeName, openCli } from '../support/cluster/cli.ts';
import { bringUpSpine, type Spine } from '../support/cluster/spine.ts';
import { underMail } from '../support/cluster/under-mail.ts';

let spine: Spine;
let cli: Cli;

beforeAll(async () => {
  spine = await bringUpSpine({ say: () => undefined });
  cli = openCli(spine);
}, 600_000);

/**
 * Kills at each step in turn and resumes each time, until the run has ended. Answers the steps it was killed in.
 * A login is kept in memory only, so each resume brings it again.
 */
async function killAtEachStep(
  first: readonly string[],
  login: readonly string[] = [],
): Promise<{ killedIn: string[]; run: Run }> {
  const killedIn: string[] = [];
  let args = first;
  for (let round = 0; round < 60; round++) {
    const delayMs = [0, 20, 150][round % 3] ?? 0;
    let step = '';
    const seenBefore = round === 0 ? 0 : cli.journal().length;
    const result = await cli.runAndKill(
      args,
      (record) => {
        const fresh =
          (round === 0 || record.at >= seenBefore) &&
          record.kind === 'observed' &&
          !killedIn.includes(record.step ?? '');
        if (fresh) step ||= record.step ?? '';
        return fresh;
      },
      delayMs,
    );
    if (!result.killed) {
      expect(result.code, `${result.err}\n${result.out}`).toBe(0);
      return { killedIn, run: await lastRun() };
    }
    killedIn.push(step);
    expect((await lastRun()).state).toBe('interrupted');
    args = ['resume', 'last', ...login];
  }
  throw new Error(`the run does not end; killed in ${killedIn.join(', ')}`);
}

async function lastRun(): Promise<Run> {
  const shown = await cli.run(['show', 'last', '--json']);
  return JSON.parse(shown.out) as Run;
}

async function mustRun(...args: string[]): Promise<void> {
  const done = await cli.run(args);
  expect(done.code, `${args.join(' ')}: ${done.err}\n${done.out}`).toBe(0);
}

describe('a console that is killed', () => {
  it('at each step of a drain and of putting back goes on from the journal, and no mail is lost', async () => {
    const { mail } = await underMail(spine, async () => {
      const drained = await killAtEachStep(['run', 'drain', 'mx1']);
      expect(drained.run.state).toBe('succeeded');
      expect(drained.killedIn.length).toBeGreaterThanOrEqual(5);
      const back = await killAtEachStep(['run', 'undrain', 'mx1']);
      expect(back.run.state).toBe('succeeded');
      expect(back.killedIn.length).toBeGreaterThanOrEqual(3);
    });
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
  });

  it('in the middle of a drain puts everything back instead, and no mail is lost', async () => {
    const { mail } = await underMail(spine, async () => {
      const before = await cli.run(['node', 'mx2', '--json']);
      for (const at of [2, 4]) {
        const result = await cli.runAndKill(
          ['run', 'drain', 'mx2'],
          () => cli.journal().filter((one) => one.kind === 'observed' && one.state === 'todo').length >= at,
          50,
        );
        expect(result.killed).toBe(true);
        await mustRun('undo', 'last');
        expect((await lastRun()).state).toBe('undone');
      }
      const after = await cli.run(['node', 'mx2', '--json']);
      expect(stateIn(after.out)).toBe(stateIn(before.out));
    });
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
  });

  it('at each step of a handover of the entrance goes on from the journal, and no mail is lost', async () => {
    const { mail } = await underMail(spine, async () => {
      const moved = await killAtEachStep(['run', 'switchover', 'edge']);
      expect(moved.run.state).toBe('succeeded');
    });
    expect(mail.lost).toEqual([]);
  });

  it('at each step of adding a server goes on from the journal, and no mail is lost', async () => {
    const name = await freeName(spine, 'mx-crash');
    const bare = await spine.lab.bare(name);
    await forgetHostKey(spine, bare.address);
    const login = ['--root-key', spine.lab.status().ssh.privateKey];
    const { mail } = await underMail(spine, async () => {
      const said = await spine.lab.mustExec(name, [
        ...['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub'],
      ]);
      const accept = ['--accept-host-key', /SHA256:\S+/.exec(said)?.[0] ?? ''];
      const add = ['add-server', name, bare.address, '--cluster', 'mx', ...login, ...accept];
      const added = await killAtEachStep(add, login);
      expect(added.run.state).toBe('succeeded');
    });
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
    const node = await cli.run(['node', name, '--json']);
    expect(['healthy', 'degraded'], node.out).toContain(stateIn(node.out));
  });
});

function stateIn(json: string): string {
  return (JSON.parse(json) as { node: { state: string } }).node.state;
}
