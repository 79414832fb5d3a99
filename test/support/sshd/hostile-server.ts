/** SSH servers that mean harm: ssh2's own server with a wrong key, and plain TCP that speaks as it likes. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import { describeHostKey } from '../../../main/ssh/fingerprint.ts';
import type { HostKey } from '../../../main/ssh/transport.ts';

export interface HostileServer {
  readonly port: number;
  readonly hostKey: HostKey;
  /** SERVICE_REQUEST and USERAUTH_* packets that came in. */
  authPackets(): number;
  readonly passwords: string[];
  stop(): Promise<void>;
}

export interface HostileOptions {
  /** What it does with a login; default: notes the password and refuses. */
  onAuth?(context: AuthContext): void;
  /** Shows this public key but signs with its own. */
  readonly pretends?: Buffer;
  onConnection?(connection: Connection): void;
}

export function makeHostKey(): ParsedKey {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return Array.isArray(parsed) ? (parsed as ParsedKey[])[0]! : parsed;
}

export async function startHostileSsh(options: HostileOptions = {}): Promise<HostileServer> {
  const key = makeHostKey();
  const own = key.getPublicSSH();
  const { pretends } = options;
  if (pretends !== undefined) key.getPublicSSH = () => pretends;
  let authPackets = 0;
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  const server = new ssh2.Server(
    {
      hostKeys: [{ key } as never],
      debug: (line: string) => {
        if (/Inbound: Received (SERVICE_REQUEST|USERAUTH)/.test(line)) authPackets += 1;
      },
    },
    (connection) => {
      connection.on('error', () => {});
      connection.on('authentication', (context) => {
        if (context.method === 'password') passwords.push(context.password);
        if (options.onAuth === undefined) context.reject(['password', 'publickey']);
        else options.onAuth(context);
      });
      options.onConnection?.(connection);
    },
  );
  (server as unknown as { _srv: Server })._srv.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  return {
    port,
    hostKey: describeHostKey(own),
    authPackets: () => authPackets,
    passwords,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export interface PlainServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Plain TCP on loopback, each connection handed to the script. */
export async function startPlainServer(script: (socket: Socket) => void): Promise<PlainServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    script(socket);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  return {
    port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Writes for as long as the other side reads, never more than it takes. */
export function pour(socket: Socket, chunk: () => Buffer, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const next = chunk();
      left -= next.length;
      if (!socket.write(next)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
}
