/** The whole spine on real servers, under mail: what is drained, moved, killed, frozen or cut off, and what becomes of every message. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allRedundant, type Console, openConsole, stateOf } from '../support/cluster/console.ts';
import { bringUpSpine, type Spine } from '../support/cluster/spine.ts';
import { underMail } from '../support/cluster/under-mail.ts';
import { probe50ms } from '../support/mail/index.ts';

let spine: Spine;
let desk: Console;

beforeAll(async () => {
  spine = await bringUpSpine({ say: () => undefined });
  desk = await openConsole(spine);
  await desk.until('all clusters to be redundant', allRedundant, 120_000);
}, 600_000);

afterEach(async () => {
  await desk.until('all clusters to be redundant again', allRedundant, 120_000);
});

afterAll(async () => {
  await desk?.dispose();
});

function holderOf(): string {
  const holders = desk.view().clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders ?? [];
  expect(holders).toHaveLength(1);
  return holders[0] ?? '';
}

describe('draining a mail exchanger', () => {
  it.each(['mx1', 'mx2'])('%s and putting it back loses, doubles and refuses nothing', async (nodeId) => {
    const { mail } = await underMail(spine, async () => {
      const drained = await desk.run({ runbook: 'drain', clusterId: 'mx', nodeId });
      expect(drained.sentence, drained.sentence).toBeTruthy();
      expect(drained.state, drained.sentence).toBe('succeeded');
      await desk.until(`${nodeId} to be drained`, (view) => stateOf(view, nodeId) === 'drained');
      const back = await desk.run({ runbook: 'undrain', clusterId: 'mx', nodeId });
      expect(back.state, back.sentence).toBe('succeeded');
    });
    expect(mail.accepted).toBeGreaterThan(10);
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
    expect(mail.counts.unconnected).toBe(0);
    expect(mail.counts.permanent).toBe(0);
  });

  it('is refused for the last one, and says so', async () => {
    const drained = await desk.run({ runbook: 'drain', clusterId: 'mx', nodeId: 'mx1' });
    expect(drained.state, drained.sentence).toBe('succeeded');
    const drainedHere = ['mx1'];
    try {
      const others = desk.view().nodes.filter((node) => node.roles.includes('mx') && node.id !== 'mx1');
      for (const other of others.slice(1)) {
        drainedHere.push(other.id);
        const run = await desk.run({ runbook: 'drain', clusterId: 'mx', nodeId: other.id });
        expect(run.state, run.sentence).toBe('succeeded');
      }
      const last = others[0]?.id ?? '';
      const plan = await desk.services.handle('runbook.plan', {
        runbook: 'drain',
        clusterId: 'mx',
        nodeId: last,
      });
      expect(plan.blockers.map((blocker) => blocker.message).join(' ')).toMatch(/last/);
      await expect(desk.services.handle('runbook.start', { planId: plan.id, overrides: [] })).rejects.toThrow(
        /last/,
      );
    } finally {
      for (const nodeId of drainedHere) {
        const back = await desk.run({ runbook: 'undrain', clusterId: 'mx', nodeId });
        expect(back.state, back.sentence).toBe('succeeded');
      }
    }
  });
});

describe('the entrance', () => {
  it('is handed over on request, once to each side, and no message is lost', async () => {
    const { mail, value } = await underMail(spine, async () => {
      const gaps: number[] = [];
      for (let round = 0; round < 2; round++) {
        // The numbers of the nodes are a second old at most; the offer follows them.
        await desk.until('the entrance to be movable', (view) =>
          view.clusters.some((cluster) =>
            cluster.actions.some((offer) => offer.action === 'switchover' && offer.blocker === null),
          ),
        );
        const before = holderOf();
        const probe = probe50ms(spine.vip, 25);
        const moved = await desk.run({ runbook: 'switchover', clusterId: 'edge' });
        const seen = probe.stop();
        expect(moved.state, moved.sentence).toBe('succeeded');
        await desk.until('the other side to hold the VIP', () => holderOf() !== before);
        gaps.push(seen.longestGapMs);
      }
      return gaps;
    });
    console.log(`planned handover: longest gaps ${value.map((gap) => `${Math.round(gap)} ms`).join(', ')}`);
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
  });

  it('moves by itself when its holder dies, and the screen says what is known', async () => {
    const { mail, value: gapMs } = await underMail(spine, async () => {
      const victim = holderOf();
      const probe = probe50ms(spine.vip, 25);
      await spine.lab.kill(victim);
      const view = await desk.until('the loss to be seen and the entrance to be elsewhere', (now) => {
        const vip = now.clusters.find((cluster) => cluster.role === 'edge')?.vip;
        return (
          stateOf(now, victim) === 'unreachable' && vip?.holders.length === 1 && vip.holders[0] !== victim
        );
      });
      const seen = probe.stop();
      expect(view.clusters.find((cluster) => cluster.role === 'edge')?.verdict.level).toBe('at-risk');
      expect(view.nodes.find((node) => node.id === victim)?.sentence).toMatch(/not known|lost/);
      await spine.lab.power(victim, true);
      await desk.until(
        `${victim} to be healthy by itself`,
        (now) => stateOf(now, victim) === 'healthy',
        120_000,
      );
      return seen.longestGapMs;
    });
    console.log(`holder of the VIP killed: longest gap ${Math.round(gapMs)} ms`);
    expect(mail.lost).toEqual([]);
  });
});

describe('a mail exchanger that goes away by itself', () => {
  it.each([
    ['killed', 'unreachable', () => spine.lab.kill('mx2'), () => spine.lab.power('mx2', true)],
    ['frozen', 'suspect', () => spine.lab.freeze('mx2'), () => spine.lab.thaw('mx2')],
    ['cut off', 'suspect', () => spine.lab.partition('mx2'), () => spine.lab.heal('mx2')],
  ] as const)(
    'is told in the right word when %s (%s), nothing is done about it, and it comes back by itself',
    async (_how, word, hurt, mend) => {
      const runsBefore = desk.view().runs.length;
      const { mail } = await underMail(spine, async () => {
        await hurt();
        await desk.until(`mx2 to be called ${word}`, (view) => stateOf(view, 'mx2') === word);
        await mend();
        // Degraded is serving too: for two minutes it is told that mail passed while rspamd was still starting.
        await desk.until(
          'mx2 to serve again by itself',
          (view) => ['healthy', 'degraded'].includes(stateOf(view, 'mx2')),
          120_000,
        );
      });
      expect(desk.view().runs).toHaveLength(runsBefore);
      expect(mail.lost).toEqual([]);
    },
  );
});
