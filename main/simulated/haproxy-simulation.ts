/**
 * HAProxy as far as its sockets tell: the servers of its configuration, what an
 * operator said of them, and the traffic that the world sends through.
 */
export interface SimulatedServer {
  readonly backend: string;
  readonly name: string;
  readonly address: string;
  admin: 'ready' | 'drain' | 'maint';
  weight: number;
  /** Told by the world: does the program behind answer? */
  up: boolean;
  /** Sessions that are open now. */
  sessions: number;
  total: number;
  bytes: number;
}

const adminBits = { ready: 0, drain: 0x08, maint: 0x01 } as const;

export class HaproxySimulation {
  readonly #config: () => string;
  #servers: SimulatedServer[] = [];
  /** Put in by a reload: such a server begins in maintenance, as mailyard-server-state has it. */
  #started = false;
  readonly startedAtMs = Date.now();

  constructor(config: () => string) {
    this.#config = config;
  }

  servers(backend?: string): readonly SimulatedServer[] {
    return this.#servers.filter((server) => backend === undefined || server.backend === backend);
  }

  /** Reads its configuration anew; what was said of servers that stay is kept. */
  reload(): void {
    const before = this.#servers;
    this.#servers = [];
    let backend = '';
    for (const line of this.#config().split('\n')) {
      const section = /^(backend|listen)\s+(\S+)/.exec(line);
      if (section !== null) backend = section[2]!;
      else if (/^\S/.test(line) && !line.startsWith('#')) backend = '';
      const server = /^\s+server\s+(\S+)\s+(\S+)/.exec(line);
      if (server === null || backend === '') continue;
      const [, name, address] = server;
      const known = before.find((one) => one.backend === backend && one.name === name);
      const joins = this.#started && line.includes('joins-drained');
      this.#servers.push(
        known ?? {
          ...{
            backend,
            name: name!,
            address: address!,
            weight: Number(/ weight (\d+)/.exec(line)?.[1] ?? 100),
          },
          ...{ admin: joins ? 'maint' : 'ready', up: true, sessions: 0, total: 0, bytes: 0 },
        },
      );
    }
    this.#started = true;
  }

  /** One command of the command line interface. */
  answer(command: string): string {
    const words = command.trim().split(/\s+/);
    const [first, second] = words;
    if (first === 'set' && second === 'server') return this.#set(words);
    switch (command.trim()) {
      case 'show info':
        return `Name: HAProxy\nVersion: 3.0.11-1\nUptime_sec: ${Math.round((Date.now() - this.startedAtMs) / 1000)}\nMaxconn: 8192\nCurrConns: ${this.#servers.reduce((sum, one) => sum + one.sessions, 0)}\nIdle_pct: 97\n\n`;
      case 'show stat':
        return this.#stat();
      case 'show proc':
        return '#<PID>          <type>          <reloads>\n1               master          0\n# workers\n2               worker          0\n# old workers\n# programs\n\n';
      case 'show sess':
        return this.#sess();
      default:
        return first === 'show' && second === 'servers' ? this.#state(words[3]) : '\n';
    }
  }

  #set([, , which, what, value]: readonly string[]): string {
    const server = this.#servers.find((one) => `${one.backend}/${one.name}` === which);
    if (server === undefined) return 'No such server.\n\n';
    if (what === 'weight') server.weight = Number(value);
    else if (what === 'state' && (value === 'ready' || value === 'drain' || value === 'maint')) {
      server.admin = value;
      if (value === 'maint') server.sessions = 0;
    } else return 'Unknown command.\n\n';
    return '\n';
  }

  #stat(): string {
    const columns = ['pxname', 'svname', 'qcur', 'scur', 'stot', 'bin', 'bout', 'status', 'weight', 'act'];
    const more = ['chkfail', 'downtime', 'check_status', 'check_duration', 'conn_tot', 'addr'];
    const lines = [`# ${[...columns, ...more].join()},`];
    const row = (values: Readonly<Record<string, string | number>>): void => {
      lines.push(`${[...columns, ...more].map((column) => values[column] ?? '').join()},`);
    };
    for (const backend of new Set(this.#servers.map((server) => server.backend))) {
      const servers = this.servers(backend);
      const sum = (of: (server: SimulatedServer) => number): number =>
        servers.reduce((all, one) => all + of(one), 0);
      const traffic = {
        scur: sum((one) => one.sessions),
        stot: sum((one) => one.total),
        bin: sum((one) => one.bytes),
        bout: sum((one) => one.bytes >> 3),
      };
      row({ pxname: backend, svname: 'FRONTEND', status: 'OPEN', conn_tot: traffic.stot, ...traffic });
      for (const server of servers) {
        row({
          ...{
            pxname: backend,
            svname: server.name,
            qcur: 0,
            scur: server.sessions,
            stot: server.total,
            bin: server.bytes,
          },
          ...{
            bout: server.bytes >> 3,
            status: statusOf(server),
            weight: server.weight,
            act: 1,
            addr: server.address,
          },
          ...{ chkfail: 0, downtime: 0, check_status: server.up ? 'L7OK' : 'L4CON', check_duration: 1 },
        });
      }
      const usable = servers.filter((one) => one.up && one.admin === 'ready').length;
      row({
        pxname: backend,
        svname: 'BACKEND',
        status: usable > 0 ? 'UP' : 'DOWN',
        qcur: 0,
        act: usable,
        weight: sum((one) => one.weight),
        ...traffic,
      });
    }
    return `${lines.join('\n')}\n\n`;
  }

  #state(backend: string | undefined): string {
    const header =
      '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_port';
    const lines = this.servers(backend).map((server, at) => {
      const [address, port] = server.address.split(':');
      return `1 ${server.backend} ${at + 1} ${server.name} ${address} ${server.up ? 2 : 0} ${adminBits[server.admin]} ${server.weight} 100 1 ${port ?? 0}`;
    });
    return `1\n${[header, ...lines].join('\n')}\n\n`;
  }

  #sess(): string {
    return this.#servers
      .flatMap((server) =>
        Array.from(
          { length: server.sessions },
          (_none, at) =>
            `0x${at}: proto=tcpv4 src=192.0.2.${(at % 250) + 1}:${40_000 + at} fe=${server.backend} be=${server.backend} srv=${server.name} ts=00 age=${1 + at}s calls=2\n`,
        ),
      )
      .join('');
  }
}

function statusOf(server: SimulatedServer): string {
  if (server.admin === 'maint') return 'MAINT';
  if (!server.up) return 'DOWN';
  return server.admin === 'drain' ? 'DRAIN' : 'UP';
}
