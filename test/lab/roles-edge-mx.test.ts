/**
 * What only the real HAProxy, keepalived, Postfix and rspamd can show of the
 * roles edge and mx: drained stays drained, every queued message is accounted
 * for, slow is told from never, and a scanner that hangs stops no mail.
 */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeOf } from '../../common/model/fleet.ts';
import type { Run } from '../../common/model/run.ts';
import { edgeServersVerb } from '../../common/roles/edge/edge-server.ts';
import { readEdgeFacts } from '../../common/roles/edge/facts.ts';
import { haproxyConfig } from '../../common/roles/edge/paths.ts';
import { type AdminState, parseServersState } from '../../common/roles/edge/servers-state.ts';
import type { OpenFleet } from '../../main/open-fleet.ts';
import { allRedundant, type Console, openConsole, stateOf } from '../support/cluster/console.ts';
import { bringUpSpine, type Spine } from '../support/cluster/spine.ts';
import { waitFor } from '../support/lab/limits.ts';
import { settle, startTraffic, watchDeliveries } from '../support/mail/index.ts';

let spine: Spine;
let desk: Console;
let fleet: OpenFleet;

beforeAll(async () => {
  spine = await bringUpSpine({ say: () => undefined });
  desk = await openConsole(spine);
  const opened = desk.services.fleet;
  if (!opened) throw new Error('the fleet was opened and is not there');
  fleet = opened;
  await desk.until('all clusters to be redundant', allRedundant, 120_000);
}, 900_000);

afterEach(async () => {
  await desk.until('all clusters to be redundant again', allRedundant, 120_000);
});

afterAll(async () => {
  await desk?.dispose();
});

function holder(): string {
  return desk.view().clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders[0] ?? '';
}

/** The edge that does not hold the VIP: what is done to it disturbs nobody. */
function spare(): string {
  return ['edge1', 'edge2'].find((id) => id !== holder()) ?? '';
}

/** What HAProxy itself says, asked on the machine. */
async function adminState(edge: string, server: string): Promise<AdminState | null> {
  const asked = await spine.lab.exec(edge, [
    'sh',
    '-c',
    'echo "show servers state" | socat -t 5 - UNIX-CONNECT:/run/haproxy/admin.sock',
  ]);
  return parseServersState(asked.stdout).find((one) => one.server === server)?.admin ?? null;
}

async function run(runbook: 'drain' | 'undrain', nodeId: string): Promise<Run> {
  const ended = await desk.run({ runbook, clusterId: 'mx', nodeId });
  expect(ended.state, ended.sentence).toBe('succeeded');
  return ended;
}

async function queueIds(node: string, queue: string): Promise<readonly string[]> {
  const found = await spine.lab.mustExec(node, [
    ...['find', `/var/spool/postfix/${queue}`, '-type', 'f', '-printf', '%f\\n'],
  ]);
  return found.split('\n').filter((name) => name !== '');
}

describe('a drained mx', () => {
  it('stays drained through a reload, a restart and a power cut of an edge', async () => {
    await run('drain', 'mx2');
    const edge = spare();
    expect(await adminState(edge, 'mx2')).toBe('maint');
    await spine.lab.mustExec(edge, ['systemctl', 'reload', 'haproxy']);
    expect(await adminState(edge, 'mx2')).toBe('maint');
    await spine.lab.mustExec(edge, ['systemctl', 'restart', 'haproxy']);
    expect(await adminState(edge, 'mx2')).toBe('maint');
    await spine.lab.kill(edge);
    await spine.lab.power(edge, true);
    const after = await waitFor('HAProxy to be back', () => adminState(edge, 'mx2'), { limitMs: 60_000 });
    expect(after).toBe('maint');
    await desk.until(`${edge} to be healthy`, (view) => stateOf(view, edge) === 'healthy', 60_000);
    await run('undrain', 'mx2');
    expect([await adminState('edge1', 'mx2'), await adminState('edge2', 'mx2')]).toEqual(['ready', 'ready']);
  });

  it('hands over its queue: every ID is accounted for, held mail stays held, nothing twice', async () => {
    const watch = watchDeliveries(spine.imap, spine.mailboxes);
    await spine.lab.mustExec('store1', ['systemctl', 'stop', 'cyrus-imapd']);
    let traffic: ReturnType<typeof startTraffic>;
    let held: string;
    let waiting: readonly string[];
    let ended: Run;
    try {
      traffic = startTraffic({ host: spine.vip, port: 25, ratePerSecond: 10, recipients: spine.mailboxes });
      waiting = await waitFor(
        'mail to wait on mx2',
        async () => {
          const ids = await queueIds('mx2', 'deferred');
          return ids.length >= 8 ? ids : null;
        },
        { limitMs: 60_000 },
      );
      await traffic.stop();
      held = waiting[0] ?? '';
      await spine.lab.mustExec('mx2', ['postsuper', '-h', held]);
      ended = await run('drain', 'mx2');
      expect(await queueIds('mx1', 'hold')).toContain(held);
      expect(await spine.queueIds()).toEqual(expect.arrayContaining([...waiting]));
      for (const queue of ['incoming', 'active', 'deferred', 'hold']) {
        expect(await queueIds('mx2', queue)).toEqual([]);
      }
    } finally {
      await spine.lab.mustExec('store1', ['systemctl', 'start', 'cyrus-imapd']);
    }
    await spine.lab.mustExec('mx1', ['postsuper', '-H', held]);
    const moved = ended.steps.find((step) => step.id === 'move-queue');
    const told = moved?.output.join('\n') ?? '';
    for (const id of waiting) expect(told).toContain(id);
    expect(told).toMatch(/Accounted for: (\d+) handed out by mx2, \1 taken over by mx1, \1 set aside on mx2/);

    const mail = await settle(traffic.ledger, {
      ...{ imap: spine.imap, queueIds: spine.queueIds, watch, limitMs: 120_000 },
    });
    await watch.stop();
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
    expect(mail.inQueue).toBe(0);
    await run('undrain', 'mx2');
  });

  it('that never ends is told from a slow one, names who holds on, and goes back when cancelled', async () => {
    const talker = await senderOn('mx2');
    try {
      const plan = await desk.services.handle('runbook.plan', {
        ...{ runbook: 'drain', clusterId: 'mx', nodeId: 'mx2' },
      });
      const { runId } = await desk.services.handle('runbook.start', { planId: plan.id, overrides: [] });
      const stuck = await waitFor(
        'the wait for sessions to be called stalled',
        () => {
          const step = fleet.engine.get(runId).steps.find((one) => one.id === 'sessions-gone');
          return step?.progress?.stalled === true && step.output.length > 0 ? step : null;
        },
        { limitMs: 90_000 },
      );
      expect(stuck.progress?.text).toMatch(/1 session left, not falling any more/);
      expect(stuck.output.join('\n')).toContain(`${talker.localAddress}:${talker.localPort}`);

      await desk.services.handle('run.cancel', { runId });
      expect((await fleet.engine.settled(runId)).state).toBe('cancelled');
      await desk.services.handle('run.undo', { runId });
      const undone = await fleet.engine.settled(runId);
      expect(undone.state, undone.sentence).toBe('undone');
      expect([await adminState('edge1', 'mx2'), await adminState('edge2', 'mx2')]).toEqual([
        'ready',
        'ready',
      ]);
      await desk.until('mx2 to serve', (view) => stateOf(view, 'mx2') === 'healthy');
    } finally {
      talker.destroy();
    }
  });
});

describe('the HAProxy of an edge', () => {
  it('counts the sessions that a reload left with the old worker', async () => {
    const talker = await senderOn('mx1');
    try {
      const edge = holder();
      await spine.lab.mustExec(edge, ['systemctl', 'reload', 'haproxy']);
      const node = nodeOf(fleet.truth.fleet, edge);
      if (!node) throw new Error(`no ${edge}`);
      const { servers } = await fleet.look(node, edgeServersVerb, { backend: 'smtp' });
      expect(servers.find((one) => one.server === 'mx1')?.sessions).toBeGreaterThanOrEqual(1);
    } finally {
      talker.destroy();
    }
  });

  it('gives no mail to a server that it never had, until it is told to', async () => {
    const edge = spare();
    const before = await spine.lab.mustExec(edge, ['cat', haproxyConfig]);
    const line = before.split('\n').find((one) => one.trim().startsWith('server mx2 '))!;
    try {
      await replace(edge, before.replace(line, `${line}\n${line.replace('server mx2', 'server mx9')}`));
      expect(await adminState(edge, 'mx9')).toBe('maint');
      expect(await adminState(edge, 'mx2')).toBe('ready');
    } finally {
      await replace(edge, before);
    }
    expect(await adminState(edge, 'mx9')).toBeNull();
  });

  async function replace(edge: string, content: string): Promise<void> {
    await spine.lab.mustExec(edge, ['tee', haproxyConfig], { stdin: content });
    await spine.lab.mustExec(edge, ['systemctl', 'reload', 'haproxy']);
  }
});

describe('an mx whose rspamd hangs', () => {
  it('goes on taking mail, stays in HAProxy, and says that mail is not scanned', async () => {
    await spine.lab.mustExec('mx2', ['pkill', '-STOP', 'rspamd']);
    const traffic = startTraffic({
      host: spine.vip,
      port: 25,
      ratePerSecond: 3,
      recipients: spine.mailboxes,
    });
    try {
      const view = await desk.until('the console to say so', (now) =>
        now.problems.some(
          (one) => one.nodeId === 'mx2' && /^(RspamdSilent|MilterFailingOpen)$/.test(one.code),
        ),
      );
      expect(stateOf(view, 'mx2')).toBe('degraded');
      await waitFor('mail to be taken', () => (traffic.ledger.counts.accepted >= 12 ? true : null), {
        limitMs: 60_000,
      });
      for (const edge of ['edge1', 'edge2']) {
        const facts = readEdgeFacts(fleet.truth.liveReading(edge, 'edge')?.facts);
        const server = facts?.backends[0]?.servers.find((one) => one.name === 'mx2');
        expect(server?.status).toBe('UP');
      }
    } finally {
      await traffic.stop();
      await spine.lab.mustExec('mx2', ['pkill', '-CONT', 'rspamd']);
    }
    const mail = await settle(traffic.ledger, {
      ...{ imap: spine.imap, queueIds: spine.queueIds, limitMs: 120_000 },
    });
    expect(mail.lost).toEqual([]);
    await desk.until('mx2 to be healthy', (view) => stateOf(view, 'mx2') === 'healthy', 240_000);
  });
});

describe('mail for somebody who is not known', () => {
  it('is refused for good, so that the sender hears of it at once', async () => {
    const [domain] = spine.mailboxes[0]!.split('@').slice(1);
    const replies = await say(spine.vip, [
      'EHLO client.sender.test',
      'MAIL FROM:<a@sender.test>',
      `RCPT TO:<nobody@${domain}>`,
      'RCPT TO:<a@elsewhere.test>',
      'QUIT',
    ]);
    expect(replies[3]).toMatch(/^550 5\.1\.1 /);
    expect(replies[4]).toMatch(/^554 5\.7\.1 .*Relay access denied/);
  });
});

/** A sender through the VIP whom HAProxy gave this server, and who says NOOP now and then. */
async function senderOn(server: string): Promise<Socket> {
  return waitFor(
    `a session on ${server}`,
    async () => {
      const socket = connect({ host: spine.vip, port: 25 });
      socket.setEncoding('latin1');
      socket.on('error', () => undefined);
      const banner = await new Promise<string>((resolve) => {
        socket.once('data', (text: string) => resolve(text));
        socket.once('close', () => resolve(''));
      });
      if (!banner.startsWith(`220 ${server}.`)) {
        socket.destroy();
        return null;
      }
      const timer = setInterval(() => socket.write('NOOP\r\n'), 5000);
      socket.once('close', () => clearInterval(timer));
      socket.on('data', () => undefined);
      return socket;
    },
    { limitMs: 30_000 },
  );
}

/** One line after another, each after the whole reply to the last; answers all replies, the banner first. */
async function say(host: string, lines: readonly string[]): Promise<readonly string[]> {
  const socket = connect({ host, port: 25 });
  socket.setEncoding('latin1');
  const replies: string[] = [];
  let received = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (text: string) => {
      received += text;
      const whole = /^\d{3} .*\r\n/m.exec(received);
      if (!whole) return;
      replies.push(received.trim());
      received = '';
      const next = lines[replies.length - 1];
      if (next === undefined) socket.end();
      else socket.write(`${next}\r\n`);
    });
  });
  return replies;
}
