/**
 * What a server is, read from files that every Linux has: by the `facts` verb
 * on a node with an agent, and by the survey of a bare one, which sends the
 * same texts through `sh`.
 */
import type { HostFacts } from '../model/host-facts.ts';

/** Name -> text of the file or output of the command. */
export type FactTexts = Readonly<Record<string, string>>;

export const factFiles = {
  osRelease: '/etc/os-release',
  hostname: '/proc/sys/kernel/hostname',
  kernel: '/proc/sys/kernel/osrelease',
  architecture: '/proc/sys/kernel/arch',
  cpuinfo: '/proc/cpuinfo',
  meminfo: '/proc/meminfo',
  uptime: '/proc/uptime',
  tcp: '/proc/net/tcp',
  tcp6: '/proc/net/tcp6',
} as const;

/** `df` is `df -Pk /`; `cpus` is `nproc`, which knows a container's share; `nowMs` the node's clock. */
export function parseHostFacts(texts: FactTexts): HostFacts & { readonly nowMs: number } {
  const os = parseOsRelease(texts['osRelease'] ?? '');
  const disk = (texts['df'] ?? '').trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
  return {
    hostname: line(texts['hostname']),
    osId: os['ID'] ?? 'unknown',
    osVersion: os['VERSION_ID'] ?? 'unknown',
    osTitle: os['PRETTY_NAME'] ?? 'unknown',
    kernel: line(texts['kernel']),
    architecture: line(texts['architecture']),
    cpuCores: number(line(texts['cpus'])) || (texts['cpuinfo'] ?? '').match(/^processor\s*:/gm)?.length || 0,
    memoryMiB: Math.floor(number(/^MemTotal:\s+(\d+)/m.exec(texts['meminfo'] ?? '')?.[1]) / 1024),
    diskFreeMiB: Math.floor(number(disk[3]) / 1024),
    diskTotalMiB: Math.floor(number(disk[1]) / 1024),
    clockOffsetMs: 0,
    listeningPorts: listeningPorts(texts['tcp'] ?? '', texts['tcp6'] ?? ''),
    uptimeSeconds: Math.floor(number(line(texts['uptime']).split(' ')[0])),
    nowMs: Math.round(number(line(texts['nowMs']))),
  };
}

/** The facts with the node's clock measured against ours; the answer was made half-way between asking and hearing. */
export function withClockOffset(
  facts: HostFacts & { readonly nowMs: number },
  askedAtMs: number,
  heardAtMs: number,
): HostFacts {
  const { nowMs, ...rest } = facts;
  return { ...rest, clockOffsetMs: Math.round(nowMs - (askedAtMs + heardAtMs) / 2) };
}

function parseOsRelease(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, key, quoted, bare] of text.matchAll(/^([A-Z_]+)=(?:"([^"\n]*)"|'?([^'\n]*)'?)$/gm)) {
    found[key!] = quoted ?? bare ?? '';
  }
  return found;
}

/** TCP sockets in state LISTEN (0A), any address, from /proc/net/tcp and tcp6. */
function listeningPorts(...tables: readonly string[]): readonly number[] {
  const ports = new Set<number>();
  for (const table of tables) {
    for (const [, port] of table.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm)) {
      ports.add(Number.parseInt(port!, 16));
    }
  }
  return [...ports].sort((one, other) => one - other);
}

function line(text: string | undefined): string {
  return (text ?? '').trim().split('\n')[0] ?? '';
}

function number(text: string | undefined): number {
  const value = Number(text ?? '');
  return Number.isFinite(value) ? value : 0;
}
