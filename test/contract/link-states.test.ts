/** A link's life through a real sshd: live, hung, crashed, back, moved on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedLink, followLink, startGate } from '../support/agents/followed-link.ts';
import {
  behave,
  type Honest,
  hello,
  type Script,
  type ScriptedAgent,
  startScriptedAgent,
} from '../support/agents/scripted-agent.ts';
import { type RealSshd, startRealSshd } from '../support/sshd/real-sshd.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
let keys: RealSshd;
const ends: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  keys = await startRealSshd();
});
afterAll(() => keys?.stop());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function linked(
  script: Script,
  options: Parameters<typeof followLink>[1] = {},
): Promise<{ agent: ScriptedAgent; sshd: RealSshd; followed: FollowedLink }> {
  const agent = await startScriptedAgent(script);
  ends.push(() => agent.stop());
  const sshd = await startGate(agent.path, keys);
  ends.push(() => sshd.stop());
  const followed = followLink(sshd, options);
  ends.push(() => followed.stop());
  followed.link.start();
  return { agent, sshd, followed };
}

const states = (followed: FollowedLink): string[] =>
  followed.told.statuses.map((status) => status.state).filter((state, at, all) => state !== all[at - 1]);

describe('a link', () => {
  it('becomes live and delivers', async () => {
    const { followed } = await linked((visit) => void behave(visit));
    await followed.until(() => followed.told.samples.length >= 2);
    expect(states(followed)).toEqual(['connecting', 'syncing', 'live']);
    expect(followed.told.hellos).toMatchObject([{ hostname: 'mx1' }]);
    expect(followed.link.status).toMatchObject({ state: 'live', reason: '', problem: null });
  });

  it('is suspect within 1.6 s of a hang, and live again by itself', async () => {
    let honest: Honest | null = null;
    const { followed } = await linked(async (visit) => {
      honest = await behave(visit);
    });
    await followed.until(() => followed.told.samples.length >= 2);
    honest!.hang();
    const hungAt = performance.now();
    const suspect = await followed.reaches('suspect');
    expect(suspect.seenAtMs - hungAt).toBeLessThan(1600 * scale);
    expect(suspect.seenAtMs - hungAt).toBeGreaterThan(500);
    expect(suspect.reason).toMatch(/^mx1 has said nothing for \d\.\d s\.$/);
    honest!.goOn();
    await followed.reaches('live');
  });

  it('is lost after longer silence, and comes back on the same SSH connection', async () => {
    const { agent, followed, sshd } = await linked(async (visit, count) => {
      const honest = await behave(visit);
      if (count === 1) honest.hang();
    });
    const lost = await followed.reaches('lost');
    expect(lost).toMatchObject({ problem: 'timeout' });
    await followed.reaches('live');
    expect(agent.visits).toHaveLength(2);
    expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  it('is lost at once when the daemon crashes, and comes back', async () => {
    const { agent, followed } = await linked((visit) => void behave(visit));
    await followed.reaches('live');
    const crashedAt = performance.now();
    agent.crash();
    const lost = await followed.reaches('lost');
    expect(lost.seenAtMs - crashedAt).toBeLessThan(900 * scale);
    await followed.reaches('live');
  });

  it('comes back after sshd itself was gone', async () => {
    const { followed, sshd, agent } = await linked((visit) => void behave(visit));
    await followed.reaches('live');
    await sshd.stop();
    const lost = await followed.reaches('lost');
    expect(lost.problem).toBe('unreachable');
    await followed.until(() => followed.told.statuses.at(-1)!.reason.includes('refused the connection'));
    const again = await startRealSshd({
      like: keys,
      port: sshd.port,
      config: [`ForceCommand exec socat -t 0.2 STDIO UNIX-CONNECT:${agent.path}`],
    });
    ends.push(() => again.stop());
    // Its known_hosts went with the first one; the link asks for the person.
    expect((await followed.reaches('refused')).problem).toBe('host-key-unknown');
  });

  it('asks after a break only for what it missed', async () => {
    const { agent, followed } = await linked((visit) => void behave(visit));
    await followed.until(() => followed.told.samples.length >= 2);
    agent.crash();
    await followed.until(() => agent.visits.length === 2 && agent.visits[1]!.heard.length >= 2);
    expect(agent.visits[0]!.heard[1]).toEqual({ kind: 'subscribe', sinceMs: 0 });
    const since = agent.visits[1]!.heard[1] as { sinceMs: number };
    expect(Date.now() - since.sinceMs).toBeLessThan(20_000 * scale);
  });

  it('asks for a full picture when a number is missing', async () => {
    const { agent, followed } = await linked(async (visit) => {
      const honest = await behave(visit);
      honest.hang();
      visit.say({ kind: 'delta', seq: 99, atMs: Date.now(), i: [], v: [] });
    });
    await followed.reaches('live');
    expect(await agent.visits[0]!.asked('resync')).toEqual({ kind: 'resync', expected: 2, got: 99 });
  });

  it('puts the node’s times on our clock', async () => {
    const { followed } = await linked((visit) => void behave(visit, { clockAheadMs: 3_600_000 }));
    await followed.until(() => followed.told.samples.length >= 2);
    for (const { atMs } of followed.told.samples)
      expect(Math.abs(atMs - Date.now())).toBeLessThan(10_000 * scale);
  });

  it('needs a person when the versions have nothing in common, and tries again when told', async () => {
    let upgraded = false;
    const { followed, agent } = await linked((visit) => {
      if (upgraded) void behave(visit);
      else visit.say(hello({ protocol: 9, minProtocol: 8 }));
    });
    const refused = await followed.reaches('refused');
    expect(refused).toMatchObject({ problem: 'version-mismatch', retryAtMs: null });
    expect(agent.visits).toHaveLength(1);
    upgraded = true;
    followed.link.retry();
    await followed.reaches('live');
  });

  it('says that an agent goes away politely, and looks for it again', async () => {
    const { followed } = await linked(async (visit, count) => {
      if (count > 1) return void behave(visit);
      await behave(visit);
      visit.say({ kind: 'error', code: 'going-away', message: 'upgrade' });
      visit.socket.close(4004, 'upgrade');
    });
    const lost = await followed.reaches('lost');
    expect(lost.reason).toContain('stops: upgrade');
    await followed.reaches('live');
  });

  it('says that nothing runs behind the gate', async () => {
    const sshd = await startGate('/nonexistent/agent.sock', keys);
    ends.push(() => sshd.stop());
    const followed = followLink(sshd);
    ends.push(() => followed.stop());
    followed.link.start();
    const lost = await followed.reaches('lost');
    expect(lost.reason).toMatch(
      /is not running or hung up \(exit code 1\)\. It says: .*No such file or directory/,
    );
  });

  it('says that the account may not see telemetry', async () => {
    const sshd = await startRealSshd({ like: keys, config: ['ForceCommand echo not for you >&2; exit 126'] });
    ends.push(() => sshd.stop());
    const followed = followLink(sshd);
    ends.push(() => followed.stop());
    followed.link.start();
    const refused = await followed.reaches('refused');
    expect(refused).toMatchObject({ problem: 'access-denied' });
    expect(refused.reason).toContain('not for you');
  });

  it('tells nothing more after it was closed, and leaves nothing open', async () => {
    const { agent, followed } = await linked((visit) => void behave(visit));
    await followed.until(() => followed.told.samples.length >= 1);
    followed.stop();
    const told = followed.told.statuses.length;
    await new Promise<void>((resolve) => {
      const look = async (): Promise<void> => {
        if ((await agent.connections()) === 0) resolve();
        else setTimeout(() => void look(), 20);
      };
      void look();
    });
    expect(followed.told.statuses.length).toBe(told);
  });
});
