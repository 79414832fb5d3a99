import { afterEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { Samples } from '../../common/model/metric.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import { decodeAgentFrame } from '../../common/protocol/codec.ts';
import type { AgentFrame } from '../../common/protocol/frames.ts';
import { closeCodes } from '../../common/protocol/limits.ts';
import { ourVersions } from '../../common/protocol/version.ts';
import { createNodeLink } from '../../main/link/create-node-link.ts';
import type { NodeLink } from '../../main/link/node-link.ts';
import { type PretendNode, startPretendNode } from '../support/agent/pretend-node.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const within = { timeout: 12_000 * scale, interval: 20 };
const started: { dispose(): unknown }[] = [];

afterEach(async () => {
  for (const each of started.reverse()) await each.dispose();
  started.length = 0;
});

async function pretendNode(versions = ourVersions): Promise<PretendNode> {
  const node = await startPretendNode(versions);
  started.push(node);
  return node;
}

interface Seen {
  readonly link: NodeLink;
  readonly states: string[];
  readonly samples: { atMs: number; samples: Samples; replayed: boolean }[];
  readonly readings: Readonly<Record<string, RoleReading>>[];
  reason: string;
}

function watch(node: PretendNode): Seen {
  const seen = { states: [], samples: [], readings: [], reason: '' } as unknown as Seen & { link: NodeLink };
  const link = createNodeLink({
    nodeId: 'mx1',
    connections: node.connections,
    consoleVersion: '0.0.1',
    listener: {
      status: (status) => {
        if (seen.states.at(-1) !== status.state) seen.states.push(status.state);
        seen.reason = status.reason;
      },
      hello: () => undefined,
      readings: (readings) => seen.readings.push(readings),
      samples: (atMs, samples, replayed) => seen.samples.push({ atMs, samples, replayed }),
    },
  });
  started.push(link);
  link.start();
  return Object.assign(seen, { link });
}

const before = ourVersions.protocol - 1;

test.each([
  ['an agent of today', ourVersions],
  ['an agent one version behind', { protocol: before, minProtocol: before }],
  ['an agent one version ahead', { protocol: ourVersions.protocol + 1, minProtocol: ourVersions.protocol }],
])('the console of today sees the numbers, readings and past of %s', async (_what, versions) => {
  const node = await pretendNode(versions);
  // A first console's visit, so that the second one has a past to be told.
  const first = watch(node);
  await vi.waitFor(() => expect(first.samples.length).toBeGreaterThanOrEqual(3), within);
  first.link.dispose();

  const seen = watch(node);
  await vi.waitFor(() => expect(seen.link.status.state).toBe('live'), within);
  node.now.samples = { queue_messages: 7, late_arrivals_total: 1 };
  node.now.reading = { ...node.now.reading, serving: 'draining' };
  await vi.waitFor(() => {
    expect(seen.samples.some((each) => each.replayed && each.samples['queue_messages'] === 1)).toBe(true);
    expect(seen.samples.at(-1)?.samples).toEqual({
      node_load1: 0.5,
      queue_messages: 7,
      late_arrivals_total: 1,
    });
    expect(seen.readings.at(-1)?.['mx']?.serving).toBe('draining');
  }, within);
});

test('an agent too new for the console is refused with the side to upgrade, and not asked again', async () => {
  const newest = ourVersions.protocol + 2;
  const seen = watch(await pretendNode({ protocol: newest, minProtocol: newest - 1 }));
  await vi.waitFor(() => expect(seen.link.status.state).toBe('refused'), within);
  expect(seen.reason).toMatch(/Upgrade the console/);
});

/** A console of the version before: it says hello, subscribes, and knows only the frames of its time. */
async function oldConsole(
  node: PretendNode,
  protocol: number,
): Promise<{ frames: AgentFrame[]; closed: number[] }> {
  const socket = new WebSocket(`ws+unix://${node.path}:/`);
  started.push({ dispose: () => socket.terminate() });
  const frames: AgentFrame[] = [];
  const closed: number[] = [];
  socket.on('message', (data) => {
    const decoded = decodeAgentFrame((data as Buffer).toString(), protocol);
    if (!decoded.ok) throw new Error(decoded.reason);
    frames.push(decoded.frame);
  });
  socket.on('close', (code) => closed.push(code));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ kind: 'hello', protocol, minProtocol: protocol, consoleVersion: '0.0.0' }));
  socket.send(JSON.stringify({ kind: 'subscribe', sinceMs: 0 }));
  return { frames, closed };
}

test('a console one version behind is told the past in the words of its time', async () => {
  const node = await pretendNode();
  const warm = watch(node);
  await vi.waitFor(() => expect(warm.samples.length).toBeGreaterThanOrEqual(3), within);
  const { frames } = await oldConsole(node, before);
  await vi.waitFor(() => {
    const kinds = new Set(frames.map((frame) => frame.kind));
    expect([...kinds].sort()).toEqual(['beat', 'delta', 'full', 'hello', 'history', 'readings', 'schema']);
  }, within);
});

test('a console too old is told why and which side to upgrade', async () => {
  const node = await pretendNode({ protocol: 9, minProtocol: 8 });
  const { frames, closed } = await oldConsole(node, 1);
  await vi.waitFor(() => expect(closed).toEqual([closeCodes.versionMismatch]), within);
  expect(frames.at(-1)).toMatchObject({ kind: 'error', code: 'version-mismatch' });
});

test('the agent cuts off a console that sends garbage and goes on serving the others', async () => {
  const node = await pretendNode();
  const good = watch(node);
  await vi.waitFor(() => expect(good.link.status.state).toBe('live'), within);
  for (const garbage of ['not json', '{"kind":"verb"}', Buffer.alloc(3), 'x'.repeat(100_000)]) {
    const socket = new WebSocket(`ws+unix://${node.path}:/`);
    socket.on('error', () => undefined);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(garbage);
    expect([closeCodes.badFrame, 1006, 1009]).toContain(await closed);
  }
  const heard = good.samples.length;
  await vi.waitFor(() => expect(good.samples.length).toBeGreaterThan(heard), within);
  expect(good.states).not.toContain('lost');
});

test('when the agent stops, its consoles are told to come again', async () => {
  const node = await pretendNode();
  const seen = watch(node);
  await vi.waitFor(() => expect(seen.link.status.state).toBe('live'), within);
  await node.daemon.dispose();
  await vi.waitFor(() => expect(seen.states).toContain('lost'), within);
  expect(seen.states).not.toContain('refused');
});
