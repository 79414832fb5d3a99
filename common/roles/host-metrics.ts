/**
 * What is measured of every server, whatever its roles. Names as in Prometheus'
 * node_exporter, so that they mean the same in both.
 */
import type { MetricSpec, Samples } from '../model/metric.ts';
import type { ProbeHost } from './host.ts';

const gauge = (name: string, unit: string, label: string, meaning: string): MetricSpec => ({
  name,
  type: 'gauge',
  unit,
  label,
  meaning,
});
const counter = (name: string, unit: string, label: string, meaning: string): MetricSpec => ({
  name,
  type: 'counter',
  unit,
  label,
  meaning,
});

/** Specs are by name without labels; the series carry labels where there are several. */
export const hostMetrics: readonly MetricSpec[] = [
  counter(
    'node_cpu_seconds_total',
    'seconds',
    'CPU time',
    'Seconds that all cores together spent in each mode.',
  ),
  gauge('node_cpu_cores', 'cores', 'CPU cores', 'Cores of the machine.'),
  gauge('node_load1', 'processes', 'Load, 1 min', 'Processes that run or wait, averaged over a minute.'),
  gauge('node_load5', 'processes', 'Load, 5 min', 'The same over five minutes.'),
  gauge('node_load15', 'processes', 'Load, 15 min', 'The same over fifteen minutes.'),
  gauge('node_memory_MemTotal_bytes', 'bytes', 'Memory', 'Memory of the machine.'),
  gauge(
    'node_memory_MemAvailable_bytes',
    'bytes',
    'Memory, available',
    'What programs can still get without swapping.',
  ),
  gauge('node_memory_Cached_bytes', 'bytes', 'Memory, page cache', 'File contents kept in memory.'),
  gauge('node_memory_SwapTotal_bytes', 'bytes', 'Swap', 'Swap space of the machine.'),
  gauge('node_memory_SwapFree_bytes', 'bytes', 'Swap, free', 'Swap space not in use.'),
  counter(
    'node_pressure_cpu_waiting_seconds_total',
    'seconds',
    'Waiting for CPU',
    'Time in which some task waited for a core.',
  ),
  counter(
    'node_pressure_io_waiting_seconds_total',
    'seconds',
    'Waiting for disk',
    'Time in which some task waited for a disk.',
  ),
  counter(
    'node_pressure_memory_waiting_seconds_total',
    'seconds',
    'Waiting for memory',
    'Time in which some task waited for memory.',
  ),
  counter('node_disk_read_bytes_total', 'bytes', 'Disk, read', 'Bytes read from the disk.'),
  counter('node_disk_written_bytes_total', 'bytes', 'Disk, written', 'Bytes written to the disk.'),
  counter(
    'node_disk_io_time_seconds_total',
    'seconds',
    'Disk, busy',
    'Time in which the disk had something to do.',
  ),
  gauge('node_filesystem_size_bytes', 'bytes', 'Disk space', 'Size of the file system.'),
  gauge('node_filesystem_avail_bytes', 'bytes', 'Disk space, free', 'What programs may still write.'),
  gauge('node_filesystem_files_free', 'files', 'Inodes, free', 'How many more files fit.'),
  counter('node_network_receive_bytes_total', 'bytes', 'Network, in', 'Bytes received by the interface.'),
  counter('node_network_transmit_bytes_total', 'bytes', 'Network, out', 'Bytes sent by the interface.'),
  counter(
    'node_network_receive_drop_total',
    'packets',
    'Network, dropped in',
    'Received packets that were dropped.',
  ),
  counter(
    'node_network_receive_errs_total',
    'packets',
    'Network, errors in',
    'Received packets with errors.',
  ),
  counter(
    'node_network_transmit_errs_total',
    'packets',
    'Network, errors out',
    'Packets that could not be sent.',
  ),
  counter('node_netstat_Tcp_OutSegs', 'segments', 'TCP, sent', 'TCP segments sent.'),
  counter(
    'node_netstat_Tcp_RetransSegs',
    'segments',
    'TCP, sent again',
    'TCP segments that had to be sent again.',
  ),
  gauge('node_netstat_Tcp_CurrEstab', 'connections', 'TCP, open', 'TCP connections that are open.'),
  counter('node_netstat_Tcp_PassiveOpens', 'connections', 'TCP, accepted', 'TCP connections accepted.'),
  counter(
    'node_netstat_TcpExt_ListenOverflows',
    'connections',
    'TCP, queue full',
    'Connections dropped because a program accepted too slowly.',
  ),
  gauge(
    'node_sockstat_TCP_tw',
    'connections',
    'TCP, time-wait',
    'Closed connections that still hold a port.',
  ),
  gauge('node_procs_running', 'processes', 'Processes, running', 'Processes that run or wait for a core.'),
  gauge('node_procs_blocked', 'processes', 'Processes, blocked', 'Processes that wait for a disk.'),
  counter('node_context_switches_total', 'switches', 'Context switches', 'Changes from one task to another.'),
  counter('node_forks_total', 'processes', 'Processes started', 'Processes started since boot.'),
  gauge('node_filefd_allocated', 'files', 'Files, open', 'Open file handles.'),
  gauge('node_boot_time_seconds', 'seconds', 'Booted', 'When the machine was booted, Unix time.'),
  gauge('mailyard_agent_resident_bytes', 'bytes', 'Agent, memory', 'Memory of the agent itself.'),
  counter('mailyard_agent_cpu_seconds_total', 'seconds', 'Agent, CPU', 'CPU time of the agent itself.'),
];

export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly freeInodes: number;
}

/** A sampler for one host; `diskSpace` throws where there is no such file system. Disks are asked every tenth time. */
export function createHostSampler(
  host: Pick<ProbeHost, 'readFile'>,
  diskSpace: (path: string) => Promise<DiskSpace>,
): () => Promise<Samples> {
  let turn = 0;
  let disks: Samples = {};
  return async () => {
    if (turn % 10 === 0) disks = await sampleDisks(diskSpace);
    turn += 1;
    const texts = await Promise.all(procFiles.map(([path]) => host.readFile(path)));
    const samples: Samples = { ...disks };
    for (const [at, [, parse]] of procFiles.entries()) {
      const text = texts[at];
      if (text !== null && text !== undefined) parse(text, samples);
    }
    return samples;
  };
}

async function sampleDisks(diskSpace: (path: string) => Promise<DiskSpace>): Promise<Samples> {
  const samples: Samples = {};
  try {
    const root = await diskSpace('/');
    samples['node_filesystem_size_bytes{mountpoint="/"}'] = root.totalBytes;
    samples['node_filesystem_avail_bytes{mountpoint="/"}'] = root.freeBytes;
    samples['node_filesystem_files_free{mountpoint="/"}'] = root.freeInodes;
  } catch {
    // Absent, never 0.
  }
  return samples;
}

type Parse = (text: string, samples: Samples) => void;

const procFiles: readonly (readonly [string, Parse])[] = [
  ['/proc/stat', parseStat],
  ['/proc/loadavg', parseLoad],
  ['/proc/meminfo', parseMemory],
  ['/proc/pressure/cpu', pressure('cpu')],
  ['/proc/pressure/io', pressure('io')],
  ['/proc/pressure/memory', pressure('memory')],
  ['/proc/diskstats', parseDisks],
  ['/proc/net/dev', parseInterfaces],
  ['/proc/net/snmp', parseTcp],
  ['/proc/net/netstat', parseTcpExtended],
  ['/proc/net/sockstat', parseSockets],
  ['/proc/sys/fs/file-nr', parseFiles],
  ['/proc/self/stat', parseSelf],
];

/** The kernel's clock ticks a second for user space; 100 on every Debian architecture. */
const ticks = 100;
const pageBytes = 4096;
const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

function parseStat(text: string, samples: Samples): void {
  const all = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  for (const [at, mode] of cpuModes.entries()) {
    set(samples, `node_cpu_seconds_total{mode="${mode}"}`, all[at], 1 / ticks);
  }
  samples['node_cpu_cores'] = text.match(/^cpu\d+ /gm)?.length ?? 0;
  set(samples, 'node_context_switches_total', word(text, 'ctxt'));
  set(samples, 'node_forks_total', word(text, 'processes'));
  set(samples, 'node_procs_running', word(text, 'procs_running'));
  set(samples, 'node_procs_blocked', word(text, 'procs_blocked'));
  set(samples, 'node_boot_time_seconds', word(text, 'btime'));
}

function parseLoad(text: string, samples: Samples): void {
  const [one, five, fifteen] = text.split(' ');
  set(samples, 'node_load1', one);
  set(samples, 'node_load5', five);
  set(samples, 'node_load15', fifteen);
}

function parseMemory(text: string, samples: Samples): void {
  for (const name of ['MemTotal', 'MemAvailable', 'Cached', 'SwapTotal', 'SwapFree']) {
    set(samples, `node_memory_${name}_bytes`, new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1], 1024);
  }
}

function pressure(what: string): Parse {
  return (text, samples) =>
    set(samples, `node_pressure_${what}_waiting_seconds_total`, /^some .*total=(\d+)/m.exec(text)?.[1], 1e-6);
}

/** Whole disks only: their partitions would count twice; loop, ram and device-mapper devices lie on them. */
function parseDisks(text: string, samples: Samples): void {
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/);
    const device = fields[2] ?? '';
    if (!/^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(device)) continue;
    set(samples, `node_disk_read_bytes_total{device="${device}"}`, fields[5], 512);
    set(samples, `node_disk_written_bytes_total{device="${device}"}`, fields[9], 512);
    set(samples, `node_disk_io_time_seconds_total{device="${device}"}`, fields[12], 1e-3);
  }
}

const mostInterfaces = 16;

function parseInterfaces(text: string, samples: Samples): void {
  let seen = 0;
  for (const [, device, rest] of text.matchAll(/^ *([A-Za-z0-9_.@-]+): *(.*)$/gm)) {
    if (device === 'lo' || seen >= mostInterfaces) continue;
    seen += 1;
    const fields = rest!.trim().split(/ +/);
    set(samples, `node_network_receive_bytes_total{device="${device}"}`, fields[0]);
    set(samples, `node_network_receive_errs_total{device="${device}"}`, fields[2]);
    set(samples, `node_network_receive_drop_total{device="${device}"}`, fields[3]);
    set(samples, `node_network_transmit_bytes_total{device="${device}"}`, fields[8]);
    set(samples, `node_network_transmit_errs_total{device="${device}"}`, fields[10]);
  }
}

function parseTcp(text: string, samples: Samples): void {
  const tcp = named(text, 'Tcp');
  for (const name of ['OutSegs', 'RetransSegs', 'CurrEstab', 'PassiveOpens']) {
    set(samples, `node_netstat_Tcp_${name}`, tcp.get(name));
  }
}

function parseTcpExtended(text: string, samples: Samples): void {
  set(samples, 'node_netstat_TcpExt_ListenOverflows', named(text, 'TcpExt').get('ListenOverflows'));
}

function parseSockets(text: string, samples: Samples): void {
  set(samples, 'node_sockstat_TCP_tw', /^TCP:.* tw (\d+)/m.exec(text)?.[1]);
}

function parseFiles(text: string, samples: Samples): void {
  set(samples, 'node_filefd_allocated', text.split('\t')[0]);
}

/** The process's name, in brackets, may hold anything; the fields are counted after it. */
function parseSelf(text: string, samples: Samples): void {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  set(samples, 'mailyard_agent_cpu_seconds_total', `${cpuTicks}`, 1 / ticks);
  set(samples, 'mailyard_agent_resident_bytes', fields[21], pageBytes);
}

/** `Tcp: names` above `Tcp: values`. */
function named(text: string, prefix: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${prefix}: `));
  const names = lines[0]?.split(' ') ?? [];
  const values = lines[1]?.split(' ') ?? [];
  return new Map(names.map((name, at) => [name, values[at] ?? '']));
}

function word(text: string, name: string): string | undefined {
  return new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1];
}

function set(samples: Samples, name: string, text: string | undefined, factor = 1): void {
  if (text === undefined || text === '') return;
  const value = Number(text) * factor;
  // Ticks and microseconds become seconds: no more digits than were measured.
  if (Number.isFinite(value)) samples[name] = factor < 1 ? Math.round(value * 1e6) / 1e6 : value;
}
