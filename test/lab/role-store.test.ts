/** A Cyrus pair on real servers: semi-synchronous, and honest when it is not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeView } from '../../common/model/views.ts';
import { storeFactsOf, storeSyncCheckVerb } from '../../common/roles/store/index.ts';
import { behind } from '../../common/roles/store/mailbox-status.ts';
import { bringUpStorePair, type StorePair } from '../support/cluster/store-pair.ts';
import { scaled, waitFor } from '../support/lab/limits.ts';
import { type Settlement, settle, startTraffic, type Traffic } from '../support/mail/index.ts';

const active = 'store1';
const replica = 'store2';
let pair: StorePair;

const say = (line: string): void => {
  process.stdout.write(`  ${line}\n`);
};

function traffic(ratePerSecond = 10): Traffic {
  return startTraffic({
    ...{ host: pair.address(active), port: 24, protocol: 'lmtp', ratePerSecond },
    recipients: pair.mailboxes,
    limitMs: 300_000,
    smtpLimits: { connectMs: 2_000, replyMs: 15_000, acceptMs: 15_000 },
  });
}

/** What one side has of what was acknowledged. `limitMs: 0`: now, without waiting for anything to follow. */
function judgedOn(side: string, from: Traffic, limitMs: number): Promise<Settlement> {
  return settle(from.ledger, { imap: pair.imapOn(side), queueIds: async () => [], limitMs });
}

const accepted = (from: Traffic, count: number): Promise<true> =>
  waitFor(
    `${count} messages to be acknowledged`,
    () => (from.ledger.counts.accepted >= count ? true : null),
    {
      limitMs: 60_000,
    },
  );

function viewOf(nodeId: string): NodeView {
  const found = pair.fleet.view().nodes.find((node) => node.id === nodeId);
  if (!found) throw new Error(`no ${nodeId} in the view`);
  return found;
}
const verdict = (): string => pair.fleet.view().clusters[0]?.verdict.words ?? '';
/** Fails with what the screen says instead. */
async function redundant(): Promise<void> {
  try {
    await waitFor('a redundant pair', () => verdict().includes('redundant, tolerates 1 loss'), {
      limitMs: 60_000,
    });
  } catch {
    const nodes = pair.fleet
      .view()
      .nodes.map((node) => `${node.id} is ${node.state}: ${node.sentence} (${node.link.reason})`);
    throw new Error(`${verdict()}. ${nodes.join(' ')}`);
  }
}
const problem = (code: string): Promise<string> =>
  waitFor(
    `${active} to report ${code}`,
    () => pair.fleet.view().problems.find((one) => one.code === code && one.nodeId === active)?.message,
    { limitMs: 20_000 },
  );

async function run(runbook: 'drain' | 'undrain', nodeId: string): Promise<string> {
  const plan = await pair.fleet.engine.plan({ runbook, clusterId: 'store', nodeId });
  const runId = await pair.fleet.engine.start(plan.id, []);
  const ended = await pair.fleet.engine.settled(runId);
  const failed = ended.steps.filter((step) => step.error !== null).map((step) => `${step.id}: ${step.error}`);
  return failed.length > 0 ? failed.join('; ') : ended.state;
}

/** Both sides, mailbox by mailbox. */
async function differences(): Promise<readonly unknown[]> {
  const { nodes } = pair.fleet.truth.fleet;
  const look = async (id: string) => {
    const node = nodes.find((one) => one.id === id);
    if (!node) throw new Error(`no node ${id}`);
    return (await pair.fleet.look(node, storeSyncCheckVerb, {})).mailboxes;
  };
  const [one, other] = [await look(active), await look(replica)];
  return [...behind(one, other), ...behind(other, one)];
}

beforeAll(async () => {
  pair = await bringUpStorePair('storelab', say);
  await pair.fleet.linksSettled(scaled(20_000));
});
afterAll(async () => {
  await pair?.dispose();
});

describe('a pair of stores', () => {
  test('is set up from two servers at the same time and called redundant', async () => {
    expect(pair.servers.map((server) => `${server.nodeId} ${server.state} ${server.sentence}`)).toEqual([
      expect.stringContaining(`${active} done`),
      expect.stringContaining(`${replica} done`),
    ]);
    await redundant();
    expect(viewOf(active).holds).toEqual(['active side of store']);
    expect(storeFactsOf(pair.fleet.truth.liveReading(replica, 'store'))).toMatchObject({ side: 'replica' });
    expect(await differences()).toEqual([]);
  });

  test('has every acknowledged message on the replica at the instant when the active side dies', async () => {
    const mail = traffic(20);
    await accepted(mail, 150);
    await pair.lab.kill(active);
    const atDeath = await judgedOn(replica, mail, 0);
    expect(atDeath).toMatchObject({ lost: [], duplicated: [] });
    expect(atDeath.accepted).toBeGreaterThanOrEqual(150);
    await pair.lab.power(active, true);
    await mail.stop({ finishMs: scaled(60_000) });
    expect(mail.ledger.counts.permanent).toBe(0);
    await redundant();
    for (const side of [active, replica]) {
      expect(await judgedOn(side, mail, scaled(30_000))).toMatchObject({ lost: [], duplicated: [] });
    }
    say(`active side killed: ${atDeath.accepted} acknowledged, 0 missing on the replica`);
  });

  test('takes mail on when the replica dies, says so, and heals by itself', async () => {
    const mail = traffic();
    await accepted(mail, 30);
    await pair.lab.kill(replica);
    expect(await problem('ReplicaUnreachable')).toContain(replica);
    expect(await problem('SyncRightnowFailed')).toContain('acknowledged');
    await waitFor('the verdict', () => (verdict().includes('at risk') ? true : null), { limitMs: 20_000 });
    expect(viewOf(active).holds).toContain('the only copy of new mail of store');
    const before = mail.ledger.counts.accepted;
    await accepted(mail, before + 50);
    await pair.lab.power(replica, true);
    await redundant();
    await mail.stop();
    expect(mail.ledger.counts).toMatchObject({ unconnected: 0, permanent: 0, brokenAfterData: 0 });
    for (const side of [active, replica]) {
      expect(await judgedOn(side, mail, scaled(30_000))).toMatchObject({ lost: [], duplicated: [] });
    }
    await waitFor('both sides to be equal', async () => ((await differences()).length === 0 ? true : null), {
      limitMs: 30_000,
      everyMs: 500,
    });
  });

  test('is not held up for more than a few seconds by a replica that is frozen', async () => {
    const mail = traffic();
    await accepted(mail, 20);
    await pair.lab.freeze(replica);
    const frozenAt = performance.now();
    await accepted(mail, mail.ledger.counts.accepted + 60);
    const tookMs = performance.now() - frozenAt;
    await pair.lab.thaw(replica);
    expect(tookMs).toBeLessThan(scaled(15_000));
    await redundant();
    await mail.stop();
    expect(await judgedOn(replica, mail, scaled(30_000))).toMatchObject({ lost: [], duplicated: [] });
    say(`replica frozen: 60 more messages acknowledged within ${Math.round(tookMs)} ms`);
  });

  test('lets the replica be drained and brought back under mail, and the active side not', async () => {
    const refused = await pair.fleet.engine.plan({ runbook: 'drain', clusterId: 'store', nodeId: active });
    expect(refused.blockers.map((blocker) => blocker.code)).toContain('ActiveSide');
    const mail = traffic();
    await accepted(mail, 20);
    expect(await run('drain', replica)).toBe('succeeded');
    await waitFor('drained on the screen', () => (viewOf(replica).state === 'drained' ? true : null), {
      limitMs: 20_000,
    });
    // On purpose is no problem, but no redundancy either.
    expect(pair.fleet.view().problems.filter((one) => one.nodeId === active)).toEqual([]);
    expect(verdict()).toMatch(/at risk.*on purpose/);
    await accepted(mail, mail.ledger.counts.accepted + 20);
    expect(await run('undrain', replica)).toBe('succeeded');
    await redundant();
    await mail.stop();
    expect(mail.ledger.counts).toMatchObject({
      unconnected: 0,
      temporary: 0,
      permanent: 0,
      brokenAfterData: 0,
    });
    for (const side of [active, replica]) {
      expect(await judgedOn(side, mail, scaled(30_000))).toMatchObject({ lost: [], duplicated: [] });
    }
  });
});
