/**
 * The daemon: samples, remembers the last hour, tells consoles. It only looks;
 * it opens no port, and everything that it is told comes from an operator's
 * console over the socket that systemd made for the operators' group.
 *
 * Free of the process around it: the simulated fleet runs the same daemon with
 * another ProbeHost on sockets of its own.
 */
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Samples } from '../../common/model/metric.ts';
import type { RoleReading } from '../../common/model/reading.ts';
import { encodeFrame } from '../../common/protocol/codec.ts';
import type { AgentFrame } from '../../common/protocol/frames.ts';
import { heartbeatIntervalMs, protocolLimits } from '../../common/protocol/limits.ts';
import { SampleStream } from '../../common/protocol/sample-stream.ts';
import { ourVersions, type VersionRange } from '../../common/protocol/version.ts';
import type { ProbeHost } from '../../common/roles/host.ts';
import type { RoleProbe } from '../../common/roles/role.ts';
import { ConsoleSession, type SessionSource } from './console-session.ts';
import { HistoryRings } from './history-rings.ts';
import type { NodeIdentity } from './node-identity.ts';
import { type Sampled, Sampler } from './sampler.ts';

export interface DaemonOptions {
  readonly host: ProbeHost;
  readonly version: string;
  readonly identity: NodeIdentity;
  sampleHost(): Promise<Samples>;
  probes(): ReadonlyMap<string, RoleProbe>;
  log(message: string): void;
  /** For tests of old and new together. */
  readonly versions?: VersionRange;
}

export interface Daemon {
  /** Not listening yet: the caller knows on what. */
  readonly server: Server;
  /** One connection that did not come through the listener, e.g. an SSH channel of the simulated fleet. */
  accept(stream: Duplex): void;
  /** Resolves when all consoles are gone. */
  dispose(): Promise<void>;
}

const mostConsoles = 32;

export function startDaemon(options: DaemonOptions): Daemon {
  const versions = options.versions ?? ourVersions;
  const stream = new SampleStream();
  const rings = new HistoryRings();
  const sessions = new Set<ConsoleSession>();
  let readings: Readonly<Record<string, RoleReading>> = {};
  let sampledAtMs = 0;
  let beats = 0;

  const tellAll = (frame: AgentFrame): void => {
    if (sessions.size === 0) return;
    const text = encodeFrame(frame);
    for (const session of sessions) session.tell(text);
  };
  const onSampled = (sampled: Sampled): void => {
    sampledAtMs = sampled.atMs;
    for (const frame of stream.push(sampled.atMs, sampled.samples)) tellAll(frame);
    rings.push(sampled.atMs, stream.latest());
    if (sampled.readings === null) return;
    readings = sampled.readings;
    tellAll({ kind: 'readings', atMs: sampledAtMs, roles: readings as never });
  };
  const source: SessionSource = {
    versions,
    hello: () => ({
      kind: 'hello',
      ...versions,
      agentVersion: options.version,
      ...options.identity,
      roles: [...options.probes().keys()],
      nowMs: options.host.nowMs(),
    }),
    snapshot: () => [...stream.snapshot(), { kind: 'readings', atMs: sampledAtMs, roles: readings as never }],
    metricCount: () => stream.names.length,
    // The newest moment is in the snapshot already.
    history: (sinceMs) => rings.since(sinceMs).filter((moment) => moment.atMs < sampledAtMs),
  };

  const sampler = new Sampler({ ...options, onSampled, onTrouble: options.log });
  const server = createServer((request, answer) => {
    const known = request.method === 'GET' && request.url === '/health';
    answer.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    answer.end(
      known ? JSON.stringify({ version: options.version, protocol: versions.protocol, sampledAtMs }) : '{}',
    );
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: protocolLimits.consoleFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  server.on('upgrade', (request, socket, head) => {
    if (sessions.size >= mostConsoles) {
      socket.end('HTTP/1.1 503 Too many consoles\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session: ConsoleSession = new ConsoleSession(webSocket, source, () => sessions.delete(session));
      sessions.add(session);
    });
  });
  // A connection that misbehaves before it is a WebSocket.
  server.on('clientError', (_error, socket) => socket.destroy());

  const heartbeat = setInterval(() => {
    beats += 1;
    tellAll({ kind: 'beat', n: beats, nowMs: options.host.nowMs() });
  }, heartbeatIntervalMs);
  sampler.start();

  return {
    server,
    accept: (duplex) => void server.emit('connection', duplex),
    dispose: async () => {
      clearInterval(heartbeat);
      sampler.dispose();
      for (const session of sessions) session.sayGoodbye();
      sockets.close();
      await new Promise<void>((resolve) => {
        if (!server.listening) resolve();
        else server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
