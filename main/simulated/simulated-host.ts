/** The doors of a simulated node: what the real probes, verbs and daemon see of the world. */
import { OpsError } from '../../common/model/ops-error.ts';
import type { DialogueTurn, ProbeHost, UnitStatus, VerbCaller, VerbHost } from '../../common/roles/host.ts';
import { rspamdSocket, showqSocket } from '../../common/roles/mx/paths.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { runSimulated } from './simulated-programs.ts';
import type { SimulatedWorld } from './simulated-world.ts';

export function simulatedProbeHost(node: SimulatedNode): ProbeHost {
  return {
    nowMs: () => Date.now(),
    readFile: async (path) => kernelFile(node, path) ?? node.files.text(path),
    listDirectory: async (path) => node.files.list(path),
    askSocket: async (path, request) => askSocket(node, path, request),
    httpGet: async (path, url) => httpGet(node, path, url),
    units: async (names) => unitsOf(node, names),
    addresses: () => ['127.0.0.1', ...(node.vip === null ? [] : [node.vip])],
    journalSince: async (identifiers) => node.takeLog(identifiers),
  };
}

export function simulatedVerbHost(
  world: SimulatedWorld,
  node: SimulatedNode,
  caller: VerbCaller,
  output: (line: string) => void,
): VerbHost {
  return {
    ...simulatedProbeHost(node),
    caller,
    output,
    exec: (argv, options) => runSimulated(node, argv, options),
    dialogue: async (_host, port, turns) => smtpDialogue(world, node, port, turns),
    readBytes: async (path) => node.files.bytes(path),
    writeFile: async (path, content, options) => node.files.write(path, content, options),
    stat: async (path) => node.files.stat(path),
    rename: async (from, to) => node.files.rename(from, to),
    remove: async (path) => node.files.remove(path),
    makeDirectory: async (path) => node.files.makeDirectory(path),
  };
}

function unitsOf(node: SimulatedNode, names: readonly string[]): ReadonlyMap<string, UnitStatus> {
  return new Map(
    names.map((name) => [
      name,
      node.unitStatus(name) ?? { activeState: 'inactive', subState: 'dead', sinceMs: null },
    ]),
  );
}

function askSocket(node: SimulatedNode, path: string, request: string): string {
  const refused = (): OpsError => new OpsError('unreachable', `${path} cannot be asked: nobody listens.`);
  if (path.startsWith('/run/haproxy')) {
    if (!node.runs('haproxy.service')) throw refused();
    return node.haproxy.answer(request);
  }
  if (path === showqSocket && node.runs('postfix.service')) return showq(node);
  throw refused();
}

/** Postfix's queue as its showq server tells it. */
function showq(node: SimulatedNode): string {
  const messages = ['incoming', 'active', 'deferred', 'hold'].flatMap((queue) =>
    node.files
      .list(`/var/spool/postfix/${queue}`)
      .map((id) =>
        [
          'queue_name',
          queue,
          'queue_id',
          id,
          'time',
          `${Math.floor(Date.now() / 1000) - 20}`,
          'size',
          '4000',
          'sender',
          'a@b',
          'recipient',
          'c@d',
          '',
        ].join('\0'),
      ),
  );
  return ['protocol\0mail_queue_list_protocol\0', ...messages, ''].join('\0');
}

function httpGet(node: SimulatedNode, path: string, url: string): { status: number; body: string } {
  if (path === '/run/mailyard/agent.sock' && node.agentVersion !== null) {
    return {
      status: 200,
      body: JSON.stringify({ version: node.agentVersion, protocol: 2, sampledAtMs: Date.now() }),
    };
  }
  if (path !== rspamdSocket || url !== '/stat' || !node.runs('rspamd.service')) {
    throw new OpsError('unreachable', `${path} cannot be asked for ${url}: nobody listens.`);
  }
  const scanned = node.counters['received'] ?? 0;
  const spam = Math.floor(scanned / 8);
  const body = {
    version: '3.12.1',
    ...{ uptime: Math.round((Date.now() - node.bootedAtMs) / 1000), scanned, learned: 0, spam_count: spam },
    ...{ ham_count: scanned - spam, connections: scanned },
    actions: { reject: Math.floor(spam / 2), 'add header': Math.ceil(spam / 2), 'no action': scanned - spam },
    scan_times: [0.04 + Math.random() * 0.05, 0.05, null],
  };
  return { status: 200, body: JSON.stringify(body) };
}

/** Postfix, or HAProxy before it on the VIP, spoken to by SMTP. */
async function smtpDialogue(
  world: SimulatedWorld,
  node: SimulatedNode,
  port: number,
  turns: readonly DialogueTurn[],
): Promise<readonly string[]> {
  const answers = node.runs('postfix.service') || (node.vip !== null && node.runs('haproxy.service'));
  if (port !== 25 || !answers)
    throw new OpsError('unreachable', 'The port cannot be spoken to: nobody listens.');
  const replies: string[] = [];
  let said: string | null = null;
  for (const turn of turns) {
    const reply = smtpReply(world, node, said);
    if (!turn.expect.test(reply))
      throw new OpsError('command-failed', `It closed the connection. It said last: ${reply}`);
    replies.push(reply);
    said = turn.send;
  }
  return replies;
}

function smtpReply(world: SimulatedWorld, node: SimulatedNode, said: string | null): string {
  if (said === null) return `220 ${node.id}.${world.domain} ESMTP\r\n`;
  if (said.startsWith('QUIT')) return '221 2.0.0 Bye\r\n';
  if (said.startsWith('DATA')) return '354 End data with <CR><LF>.<CR><LF>\r\n';
  const messageId = /^Message-ID: <(.*)>/m.exec(said)?.[1];
  if (messageId === undefined) return '250 2.1.0 Ok\r\n';
  const recipient = /^To: <(.*)>/m.exec(said)?.[1] ?? '';
  setTimeout(() => world.deliver(recipient, messageId), 300).unref();
  return `250 2.0.0 Ok: queued as ${Date.now().toString(36).toUpperCase()}\r\n`;
}

/** What the kernel tells: made up, but moving. */
function kernelFile(node: SimulatedNode, path: string): string | null {
  const seconds = (Date.now() - node.bootedAtMs) / 1000;
  const load = 0.2 + 0.15 * Math.sin(seconds / 40 + node.id.length) + Math.random() * 0.05;
  switch (path) {
    case '/proc/sys/kernel/random/boot_id':
      return `${node.bootId}\n`;
    case '/proc/uptime':
      return `${seconds.toFixed(2)} ${seconds.toFixed(2)}\n`;
    case '/proc/loadavg':
      return `${load.toFixed(2)} ${load.toFixed(2)} ${load.toFixed(2)} 1/200 4000\n`;
    case '/proc/meminfo':
      return `MemTotal: 4038820 kB\nMemAvailable: ${2_900_000 + Math.round(Math.sin(seconds / 90) * 200_000)} kB\nCached: 900000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n`;
    case '/proc/stat': {
      const busy = Math.round(seconds * 18 + Math.sin(seconds / 30) * 200);
      const system = Math.round(seconds * 7);
      return `cpu  ${busy} 0 ${system} ${Math.round(seconds * 200) - busy - system} 50 0 20 0 0 0\ncpu0 1\ncpu1 1\nctxt ${Math.round(seconds * 900)}\nbtime ${Math.round(node.bootedAtMs / 1000)}\nprocesses ${Math.round(seconds)}\nprocs_running 1\nprocs_blocked 0\n`;
    }
    case '/proc/net/dev': {
      const traffic = Math.round(
        ((node.counters['received'] ?? 0) + (node.counters['delivered'] ?? 0)) * 30_000 + seconds * 2000,
      );
      return `  eth0: ${traffic} 1 0 0 0 0 0 0 ${Math.round(traffic * 0.9)} 1 0 0 0 0 0 0\n`;
    }
    default:
      return null;
  }
}
