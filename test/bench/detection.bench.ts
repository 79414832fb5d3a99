/** How soon a hung and a crashed agent are noticed, through a real sshd, against three heartbeats. */
import { heartbeatIntervalMs } from '../../common/protocol/limits.ts';
import { followLink, startGate } from '../support/agents/followed-link.ts';
import { behave, type Honest, startScriptedAgent } from '../support/agents/scripted-agent.ts';
import { type Bench, median } from './bench.ts';

const rounds = 8;
const threeHeartbeatsMs = 3 * heartbeatIntervalMs;

const bench: Bench = {
  name: 'detection of a dead node',
  async run(say) {
    let honest: Honest | null = null;
    const agent = await startScriptedAgent(async (visit) => {
      honest = await behave(visit);
    });
    const sshd = await startGate(agent.path);
    const followed = followLink(sshd);
    const hangs: number[] = [];
    const crashes: number[] = [];
    try {
      followed.link.start();
      await followed.reaches('live');
      say(`${rounds} hangs and ${rounds} crashes`);
      for (let round = 0; round < rounds; round += 1) {
        // Anywhere between two heartbeats.
        await after(heartbeatIntervalMs + (heartbeatIntervalMs * round) / rounds);
        honest!.hang();
        const hungAt = performance.now();
        hangs.push((await followed.reaches('suspect')).seenAtMs - hungAt);
        honest!.goOn();
        await followed.reaches('live');
      }
      for (let round = 0; round < rounds; round += 1) {
        const samples = followed.told.samples.length;
        await followed.until(() => followed.told.samples.length > samples);
        const crashedAt = performance.now();
        agent.crash();
        crashes.push((await followed.reaches('lost')).seenAtMs - crashedAt);
        await followed.reaches('live');
      }
    } finally {
      followed.stop();
      await agent.stop();
      await sshd.stop();
    }
    const against = 'three heartbeats';
    return [
      {
        what: 'agent hangs: suspect, worst',
        oursMs: Math.max(...hangs),
        against,
        theirsMs: threeHeartbeatsMs,
        goal: 1.07,
      },
      { what: 'agent hangs: suspect', oursMs: median(hangs), against, theirsMs: threeHeartbeatsMs, goal: 1 },
      {
        what: 'agent crashes: lost',
        oursMs: median(crashes),
        against,
        theirsMs: threeHeartbeatsMs,
        goal: 1 / 3,
      },
    ];
  },
};

export default bench;

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
