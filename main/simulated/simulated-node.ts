/** One server of the simulated fleet: what it has, what runs on it, what it counted. */
import type { UnitStatus } from '../../common/roles/host.ts';
import { roles } from '../../common/roles/index.ts';
import { intentPath } from '../../common/roles/intent.ts';
import type { RoleId } from '../../common/roles/role-id.ts';
import { rolesPath } from '../../common/verbs/node-roles.ts';
import { HaproxySimulation } from './haproxy-simulation.ts';
import { MemoryFiles } from './memory-files.ts';

interface UnitState {
  active: boolean;
  enabled: boolean;
  sinceMs: number;
}

export class SimulatedNode {
  readonly id: string;
  readonly port: number;
  readonly files = new MemoryFiles();
  readonly units = new Map<string, UnitState>();
  readonly packages = new Set<string>();
  readonly haproxy: HaproxySimulation;
  /** Keys that may log in as the operators' account; none: there is no such account yet. */
  readonly operatorKeys = new Set<string>();
  /** null: bare, without an agent. */
  agentVersion: string | null = null;
  /** The VIP, while it is here. */
  vip: string | null = null;
  /** Changes of VRRP state since keepalived was started. */
  transitions = 0;
  readonly counters: Record<string, number> = {};
  readonly bootedAtMs = Date.now() - 86_400_000 * (3 + Math.random() * 60);
  readonly bootId: string;
  #log: string[] = [];

  constructor(id: string, port: number) {
    this.id = id;
    this.port = port;
    this.bootId = `simulated-${id}-${Math.round(this.bootedAtMs)}`;
    this.haproxy = new HaproxySimulation(() => this.files.text('/etc/haproxy/haproxy.cfg') ?? '');
    for (const [path, text] of Object.entries(debianFiles(id))) this.files.write(path, text);
  }

  get roles(): readonly RoleId[] {
    const text = this.files.text(rolesPath);
    return text === null ? [] : (JSON.parse(text) as { roles: RoleId[] }).roles;
  }

  runs(unit: string): boolean {
    return this.units.get(unit)?.active === true;
  }

  /** Packages of a role with their units, which do not run yet. */
  installPackages(role: RoleId): void {
    for (const name of roles[role].provision?.packages ?? []) this.packages.add(name);
    for (const { unit } of roles[role].services) {
      if (!this.units.has(unit)) this.units.set(unit, { active: false, enabled: true, sinceMs: Date.now() });
    }
  }

  setRunning(unit: string, active: boolean): void {
    const state = this.units.get(unit);
    if (state === undefined || state.active === active) return;
    state.active = active;
    state.sinceMs = Date.now();
    if (unit === 'haproxy.service' && active) this.haproxy.reload();
  }

  unitStatus(unit: string): UnitStatus | null {
    const state = this.units.get(unit);
    if (state === undefined) return null;
    return {
      activeState: state.active ? 'active' : 'inactive',
      subState: state.active ? 'running' : 'dead',
      sinceMs: state.sinceMs,
    };
  }

  intends(role: RoleId, intent: 'serving' | 'drained'): void {
    const entry = { intent, reason: 'simulated', operator: 'simulated', run: '-', atMs: Date.now() };
    this.files.write(intentPath, JSON.stringify({ [role]: entry }));
  }

  count(name: string, more = 1): void {
    this.counters[name] = (this.counters[name] ?? 0) + more;
  }

  log(line: string): void {
    this.#log.push(line);
    if (this.#log.length > 2000) this.#log = this.#log.slice(-1000);
  }

  lastLog(count: number): readonly string[] {
    return this.#log.slice(-count);
  }

  /** Position to read on from; lines that were dropped meanwhile are lost. */
  #taken = 0;
  takeLog(identifiers: readonly string[]): readonly string[] {
    const fresh = this.#log.slice(this.#taken > this.#log.length ? 0 : this.#taken);
    this.#taken = this.#log.length;
    return fresh.filter((line) => identifiers.includes(line.slice(0, line.indexOf('['))));
  }
}

const accounts = [
  'root',
  'daemon',
  'mail',
  'postfix',
  'postdrop',
  '_rspamd',
  'valkey',
  'cyrus',
  'haproxy',
  'mailyard',
];

function debianFiles(id: string): Record<string, string> {
  return {
    '/etc/os-release':
      'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\nVERSION_CODENAME=trixie\n',
    '/etc/passwd': accounts
      .map((name, at) => `${name}:x:${at}:${at}::/nonexistent:/usr/sbin/nologin\n`)
      .join(''),
    '/etc/group': accounts
      .map((name, at) => `${name}:x:${at}:${name === 'postdrop' ? 'mailyard' : ''}\n`)
      .join(''),
    '/proc/sys/kernel/hostname': `${id}\n`,
    '/proc/sys/kernel/osrelease': '6.12.0-simulated\n',
    '/proc/sys/kernel/arch': 'x86_64\n',
    '/proc/net/tcp': '',
    '/proc/net/tcp6': '',
  };
}
