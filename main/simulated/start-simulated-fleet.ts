/**
 * A fleet to try Mailyard with where there is no Linux, no root or no lab:
 * real SSH servers on loopback, the real daemon and the real verbs, over a
 * world that is made up. It says so everywhere it is shown.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { stringify } from 'yaml';
import { roles } from '../../common/roles/index.ts';
import type { RoleId } from '../../common/roles/role-id.ts';
import { storeFilePath } from '../../common/roles/store/store-file.ts';
import { rolesPath } from '../../common/verbs/node-roles.ts';
import { SimulatedNode } from './simulated-node.ts';
import { bareRootPassword, operatorUser, type SimulatedSshd, startSimulatedSshd } from './simulated-sshd.ts';
import { SimulatedWorld } from './simulated-world.ts';

export interface SimulatedFleetOptions {
  /** Names by role; two edges, two mx and a store pair when not said. */
  readonly nodes?: Readonly<Record<RoleId, readonly string[]>>;
  /** Version that the agents say they are. */
  readonly agentVersion?: string;
}

export interface SimulatedFleet {
  readonly fleetFile: string;
  /** A server with nothing on it, to add: its host key is not known yet. */
  readonly bareServer: {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  dispose(): Promise<void>;
}

const usualNodes = { edge: ['edge1', 'edge2'], mx: ['mx1', 'mx2'], store: ['store1', 'store2'] } as const;
const vip = '127.0.0.100';
const domain = 'simulated.test';

export async function startSimulatedFleet(options: SimulatedFleetOptions = {}): Promise<SimulatedFleet> {
  const wanted = options.nodes ?? usualNodes;
  const directory = await mkdtemp(join(tmpdir(), 'mailyard-simulated-'));
  const world = new SimulatedWorld(vip, domain);
  const servers: SimulatedSshd[] = [];
  const dispose = async (): Promise<void> => {
    world.dispose();
    await Promise.all(servers.map((server) => server.dispose()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const operator = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'mailyard simulated fleet' });
    const knownHosts: string[] = [];
    const ports = new Map<string, number>();
    const start = async (
      id: string,
      prepare: (node: SimulatedNode) => void,
      known: boolean,
    ): Promise<void> => {
      const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
      const server = await startSimulatedSshd({
        world,
        hostKey: hostKey.private,
        node: (port) => {
          const node = new SimulatedNode(id, port);
          prepare(node);
          world.add(node);
          return node;
        },
      });
      servers.push(server);
      ports.set(id, server.port);
      if (known) knownHosts.push(`[127.0.0.1]:${server.port} ${hostKey.public.trim()}`);
    };
    for (const role of ['edge', 'mx', 'store'] as const) {
      for (const id of wanted[role]) {
        await start(id, (node) => furnish(node, role, wanted, operator.public, options.agentVersion), true);
      }
    }
    await start('spare1', () => undefined, false);
    for (let user = 1; user <= 4; user += 1) world.mailbox(`user${user}@${domain}`);
    world.mailbox(`mailyard-probe@${domain}`);

    const identityFile = join(directory, 'operator-key');
    await writeFile(identityFile, operator.private, { mode: 0o600 });
    await writeFile(`${identityFile}.pub`, `${operator.public.trim()}\n`);
    const knownHostsFile = join(directory, 'known_hosts');
    await writeFile(knownHostsFile, `${knownHosts.join('\n')}\n`);
    const fleetFile = join(directory, 'fleet.yaml');
    await writeFile(fleetFile, fleetText(wanted, ports, identityFile, knownHostsFile));
    const port = ports.get('spare1') ?? 0;
    return {
      fleetFile,
      bareServer: { address: '127.0.0.1', port, user: 'root', password: bareRootPassword },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A node as provisioning would have left it. */
function furnish(
  node: SimulatedNode,
  role: RoleId,
  wanted: Readonly<Record<RoleId, readonly string[]>>,
  operatorKey: string,
  agentVersion = 'simulated',
): void {
  node.agentVersion = agentVersion;
  node.operatorKeys.add(operatorKey.split(' ')[1] ?? '');
  node.files.write(rolesPath, JSON.stringify({ roles: [role] }));
  for (const [path, text] of Object.entries(configuration(node.id, role, wanted)))
    node.files.write(path, text);
  node.installPackages(role);
  for (const { unit } of roles[role].services) node.setRunning(unit, true);
  if (role !== 'mx') return;
  for (const id of ['4JX0A1B2C3', '4JX0A1B2C4']) {
    node.files.write(
      `/var/spool/postfix/deferred/${node.id.length}${id}`,
      `a deferred message of ${node.id}`,
      {
        mode: 0o700,
        owner: 'postfix',
        group: 'postfix',
      },
    );
  }
}

function configuration(
  id: string,
  role: RoleId,
  wanted: Readonly<Record<RoleId, readonly string[]>>,
): Readonly<Record<string, string>> {
  const [active, replica] = wanted.store;
  if (role === 'edge') {
    const servers = wanted.mx
      .map((mx) => `  server ${mx} 127.0.0.1:26 weight 100 check # joins-drained`)
      .join('\n');
    return {
      '/etc/haproxy/haproxy.cfg': `backend smtp\n${servers}\nbackend imap\n  server ${active} 127.0.0.1:143 check\n`,
      '/etc/keepalived/keepalived.conf': `vrrp_instance mailyard {\n  unicast_peer {\n    127.0.0.1\n  }\n  virtual_ipaddress {\n    ${vip}/8\n  }\n}\n`,
      '/etc/keepalived/mailyard-hold': '0\n',
    };
  }
  if (role !== 'store') return {};
  const side = id === active ? 'active' : 'replica';
  const peer = (id === active ? replica : active) ?? null;
  return {
    '/etc/haproxy/haproxy.cfg':
      peer === null ? 'listen peersync\n' : 'listen peersync\n  server peer 127.0.0.1:2005 check\n',
    [storeFilePath]: JSON.stringify({ node: id, cluster: 'store', side, peer }),
  };
}

function fleetText(
  wanted: Readonly<Record<RoleId, readonly string[]>>,
  ports: ReadonlyMap<string, number>,
  identityFile: string,
  knownHostsFile: string,
): string {
  const nodes: Record<string, unknown> = {};
  for (const ids of Object.values(wanted)) {
    for (const [at, id] of ids.entries()) {
      nodes[id] = {
        address: '127.0.0.1',
        port: ports.get(id),
        failureDomain: at % 2 === 0 ? 'rack-a' : 'rack-b',
      };
    }
  }
  const text = stringify({
    mailyard: 1,
    name: 'simulated',
    ssh: { user: operatorUser, identityFile, knownHosts: knownHostsFile },
    mail: {
      domains: [domain],
      mailboxes: Object.fromEntries([1, 2, 3, 4].map((user) => [`user${user}@${domain}`, 'store'])),
    },
    clusters: {
      edge: { role: 'edge', vip: `${vip}/8`, nodes: [...wanted.edge] },
      mx: { role: 'mx', messagesPerSecondPerNode: 40, nodes: [...wanted.mx] },
      store: { role: 'store', active: wanted.store[0], nodes: [...wanted.store] },
    },
    nodes,
  });
  return `# A simulated fleet: real SSH and the real agent, but the servers and the mail are made up.\n${text}`;
}
