/**
 * A real SSH server for one simulated node: its own host key and port, key
 * logins, and the gate's two words. Behind `telemetry` is the real daemon,
 * behind `verb NAME` the real dispatcher.
 */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { type Daemon, startDaemon } from '../../agent/daemon/daemon.ts';
import { performVerb } from '../../agent/verb/perform-verb.ts';
import { createHostSampler } from '../../common/roles/host-metrics.ts';
import { roles } from '../../common/roles/index.ts';
import type { RoleProbe } from '../../common/roles/role.ts';
import { maxVerbRequestBytes } from '../../common/verbs/verb-request.ts';
import { bareCommand } from './bare-commands.ts';
import { simulatedSurroundings } from './node-surroundings.ts';
import { simulatedProbeHost } from './simulated-host.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedWorld } from './simulated-world.ts';

export const operatorUser = 'mailyard-op';
/** root's on bare servers of the simulated fleet; shown to whoever tries it. */
export const bareRootPassword = 'simulated';

const disk = { totalBytes: 40 * 2 ** 30, freeBytes: 31 * 2 ** 30, freeInodes: 2_000_000 };

export interface SimulatedSshd {
  readonly port: number;
  dispose(): Promise<void>;
}

export interface SshdOptions {
  readonly world: SimulatedWorld;
  readonly hostKey: string;
  /** Makes the node once its port is known. */
  node(port: number): SimulatedNode;
}

export async function startSimulatedSshd({
  world,
  hostKey,
  node: makeNode,
}: SshdOptions): Promise<SimulatedSshd> {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    // Broken connections are the client's affair.
    connection.on('error', () => undefined);
    serve(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const node = makeNode(port);
  const surroundings = simulatedSurroundings(world, node);
  let daemon: Daemon | null = null;

  const serve = (connection: Connection): void => {
    let user = '';
    connection.on('authentication', (context) => {
      user = context.username;
      if (mayLogIn(node, context)) context.accept();
      else context.reject(['publickey', 'password']);
    });
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (accept, _reject, { command }) => {
        const channel = accept();
        channel.on('error', () => undefined);
        void run(user, command, channel);
      });
    });
  };

  const run = async (user: string, command: string, channel: ServerChannel): Promise<void> => {
    if (user === operatorUser && command === 'telemetry') {
      daemon ??= daemonOf(node);
      channel.once('close', () => channel.end());
      daemon.accept(channel);
      return;
    }
    const stdin = await readAll(channel);
    const verb = /^verb ([a-z][a-z0-9-]{0,31})$/.exec(command)?.[1];
    if (user === 'root') answer(channel, await bareCommand(node, command, stdin));
    else if (verb === undefined) {
      answer(channel, { code: 126, stdout: '', stderr: 'This account only knows: telemetry, verb NAME.\n' });
    } else {
      const said = await performVerb(verb, stdin, surroundings);
      answer(channel, { code: said.ok ? 0 : 1, stdout: `${JSON.stringify(said)}\n`, stderr: '' });
    }
  };

  return {
    port,
    dispose: async () => {
      await daemon?.dispose();
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function daemonOf(node: SimulatedNode): Daemon {
  const host = simulatedProbeHost(node);
  return startDaemon({
    host,
    version: node.agentVersion ?? 'simulated',
    identity: { hostname: node.id, bootId: node.bootId },
    sampleHost: createHostSampler(host, async () => disk),
    probes: (): ReadonlyMap<string, RoleProbe> =>
      new Map(node.roles.map((role) => [role, roles[role].probe])),
    log: (message) => node.log(`mailyard-agent[1]: ${message}`),
  });
}

function mayLogIn(node: SimulatedNode, context: AuthContext): boolean {
  if (context.method === 'password') {
    const given = Buffer.from(context.password);
    const right = Buffer.from(bareRootPassword);
    return context.username === 'root' && given.length === right.length && timingSafeEqual(given, right);
  }
  if (context.method !== 'publickey' || context.username !== operatorUser) return false;
  if (!node.operatorKeys.has(context.key.data.toString('base64'))) return false;
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined || context.blob === undefined) return true;
  const key = ssh2.utils.parseKey(context.key.data);
  return !(key instanceof Error) && key.verify(context.blob, context.signature, context.hashAlgo) === true;
}

/** Not by `for await`: that destroys the stream at the end, and the answer with it. */
function readAll(channel: ServerChannel): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    channel.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxVerbRequestBytes) chunks.push(chunk);
    });
    const end = (): void => resolve(Buffer.concat(chunks).toString());
    channel.once('end', end);
    channel.once('close', end);
  });
}

function answer(
  channel: ServerChannel,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): void {
  channel.stderr.write(stderr);
  channel.write(stdout);
  channel.exit(code);
  channel.end();
}
