/**
 * An agent that says what a test tells it to: a real WebSocket server on a unix
 * socket, reached like the real one, through sshd and a gate.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AgentFrame, ConsoleFrame } from '../../../common/protocol/frames.ts';
import { heartbeatIntervalMs } from '../../../common/protocol/limits.ts';
import { SampleStream } from '../../../common/protocol/sample-stream.ts';

/** One console's connection, as the script sees it. */
export interface Visit {
  readonly socket: WebSocket;
  readonly heard: ConsoleFrame[];
  say(frame: AgentFrame): void;
  sayRaw(text: string | Buffer): void;
  /** Resolves when the console sent a frame of this kind. */
  asked(kind: ConsoleFrame['kind']): Promise<ConsoleFrame>;
}

export type Script = (visit: Visit, count: number) => void | Promise<void>;

export interface ScriptedAgent {
  readonly path: string;
  readonly visits: readonly Visit[];
  /** Connections on the socket now. */
  connections(): Promise<number>;
  /** Ends the daemon as a crash would: the sockets close without a word. */
  crash(): void;
  stop(): Promise<void>;
}

export async function startScriptedAgent(script: Script): Promise<ScriptedAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'mailyard-agent-'));
  const path = join(folder, 'agent.sock');
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const visits: Visit[] = [];
  server.on('connection', (socket) => {
    const visit = visitOf(socket);
    visits.push(visit);
    void script(visit, visits.length);
  });
  await listen(http, path);
  return {
    path,
    visits,
    connections: () => new Promise((resolve) => http.getConnections((_, count) => resolve(count))),
    crash: () => {
      for (const socket of server.clients) socket.terminate();
    },
    stop: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await new Promise((resolve) => http.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function visitOf(socket: WebSocket): Visit {
  const heard: ConsoleFrame[] = [];
  const waiting = new Set<() => void>();
  socket.on('error', () => {});
  socket.on('message', (data) => {
    heard.push(JSON.parse((data as Buffer).toString('utf8')) as ConsoleFrame);
    for (const look of waiting) look();
  });
  const sayRaw = (text: string | Buffer): void => {
    if (socket.readyState === socket.OPEN) socket.send(text);
  };
  return {
    socket,
    heard,
    sayRaw,
    say: (frame) => sayRaw(JSON.stringify(frame)),
    asked: (kind) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = heard.find((frame) => frame.kind === kind);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

export function hello(change: Partial<Extract<AgentFrame, { kind: 'hello' }>> = {}): AgentFrame {
  return {
    kind: 'hello',
    protocol: 2,
    minProtocol: 1,
    agentVersion: '0.1.0',
    hostname: 'mx1',
    bootId: 'boot-1',
    roles: ['mx'],
    nowMs: Date.now(),
    ...change,
  };
}

export interface Honest {
  /** Stops beats and numbers, as a hang does; the connection stays. */
  hang(): void;
  goOn(): void;
}

/** Hello, the first picture, then beats and one number a second until told to hang. */
export async function behave(
  visit: Visit,
  options: { history?: boolean; clockAheadMs?: number; hello?: AgentFrame } = {},
): Promise<Honest> {
  const now = (): number => Date.now() + (options.clockAheadMs ?? 0);
  visit.say(options.hello ?? hello({ nowMs: now() }));
  await visit.asked('subscribe');
  const stream = new SampleStream();
  stream.push(now(), { node_load1: 0.5 });
  for (const frame of stream.snapshot()) visit.say(frame);
  if (options.history !== false) visit.say({ kind: 'history', part: 0, last: true, atMs: [], series: [] });
  let n = 0;
  let timer: NodeJS.Timeout | null = null;
  const beat = (): void => {
    n += 1;
    visit.say({ kind: 'beat', n, nowMs: now() });
    if (n % 2 === 0) for (const frame of stream.push(now(), { node_load1: n })) visit.say(frame);
  };
  const goOn = (): void => {
    timer ??= setInterval(beat, heartbeatIntervalMs);
  };
  const hang = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  visit.socket.on('close', hang);
  goOn();
  return { hang, goOn };
}
