/** Looks at a store as the unprivileged daemon: two files, HAProxy's user-level socket and the journal. */
import type { Samples } from '../../model/metric.ts';
import type { RoleReading, ServiceReading } from '../../model/reading.ts';
import type { ProbeHost } from '../host.ts';
import { readIntent } from '../intent.ts';
import type { RoleProbe } from '../role.ts';
import { readServices, servingOf } from '../service-reading.ts';
import { type Backlog, parseBacklog, waitingSeconds } from './backlog.ts';
import type { StoreFacts } from './facts.ts';
import { storeFindings } from './findings.ts';
import { declaredOf } from './metrics.ts';
import { backlogPath, cyrusUnit, journalIdentifiers, linkSocket, linkUnit, reportPath } from './paths.ts';
import { type PeerLink, parsePeerLink } from './peer-link.ts';
import { parsePromstatReport } from './promstat-report.ts';
import { storeServices } from './services.ts';
import { readStoreFile, type StoreFile } from './store-file.ts';
import { readSyncLogLines } from './sync-log-lines.ts';

interface Snapshot {
  readonly atMs: number;
  readonly file: StoreFile | null;
  readonly report: Samples;
  readonly backlog: Backlog | null;
  readonly link: PeerLink;
  readonly services: readonly ServiceReading[];
}

/** What has to be remembered between looks: the log says a thing once. */
interface Memory {
  snapshot: Promise<Snapshot> | null;
  failures: number;
  lastFailureAtMs: number;
  lastReason: string;
}

/** One node's memory, for as long as its host object lives. */
const memories = new WeakMap<ProbeHost, Memory>();

const mentionFailureForMs = 30_000;
const asynchronousForMs = 5_000;
const laggingAfterSeconds = 10;

function memoryOf(host: ProbeHost): Memory {
  let memory = memories.get(host);
  if (memory === undefined) {
    memory = { snapshot: null, failures: 0, lastFailureAtMs: Number.NEGATIVE_INFINITY, lastReason: '' };
    memories.set(host, memory);
  }
  return memory;
}

/** `sample` and `read` come in the same second; the node is looked at once for both. */
async function snapshot(host: ProbeHost): Promise<Snapshot> {
  const memory = memoryOf(host);
  const kept = await memory.snapshot;
  if (kept !== null && host.nowMs() - kept.atMs < 500) return kept;
  memory.snapshot = look(host, memory);
  return memory.snapshot;
}

async function look(host: ProbeHost, memory: Memory): Promise<Snapshot> {
  const atMs = host.nowMs();
  const [file, report, backlog, link, services, lines] = await Promise.all([
    readStoreFile(host),
    host.readFile(reportPath),
    host.readFile(backlogPath),
    askLink(host),
    readServices(host, storeServices),
    host.journalSince(journalIdentifiers),
  ]);
  const news = readSyncLogLines(lines);
  memory.failures += news.rightnowFailures;
  if (news.rightnowFailures > 0) {
    memory.lastFailureAtMs = atMs;
    memory.lastReason = news.lastReason;
  }
  const fresh = parseBacklog(backlog, atMs);
  return {
    atMs,
    file,
    // A report that nobody refreshes would draw a flat line where there should be a gap.
    report: report === null || fresh === null ? {} : declaredOf(parsePromstatReport(report)),
    backlog: fresh,
    link,
    services,
  };
}

async function askLink(host: ProbeHost): Promise<PeerLink> {
  try {
    return parsePeerLink(await host.askSocket(linkSocket, 'show stat\n', 1000));
  } catch {
    return { state: 'unknown', sessions: null, check: '' };
  }
}

export const storeProbe: RoleProbe = {
  async sample(host) {
    const seen = await snapshot(host);
    const samples: Record<string, number> = { ...seen.report };
    samples['cyrus_sync_rightnow_failures_total'] = memoryOf(host).failures;
    if (seen.file !== null) samples['cyrus_store_active'] = seen.file.side === 'active' ? 1 : 0;
    if (seen.backlog !== null) {
      samples['cyrus_sync_backlog_entries'] = seen.backlog.entries;
      samples['cyrus_sync_backlog_bytes'] = seen.backlog.bytes;
      samples['cyrus_sync_waiting_seconds'] = waitingSeconds(seen.backlog, seen.atMs);
    }
    if (seen.link.state !== 'unknown' && seen.link.state !== 'none') {
      samples['cyrus_sync_link_up'] = seen.link.state === 'up' ? 1 : 0;
    }
    if (seen.link.sessions !== null) samples['cyrus_sync_link_sessions'] = seen.link.sessions;
    return samples;
  },

  async read(host): Promise<RoleReading> {
    const seen = await snapshot(host);
    const memory = memoryOf(host);
    const serving = servingOf(await readIntent(host, 'store'), seen.services, storeServices);
    const sinceFailureMs = seen.atMs - memory.lastFailureAtMs;
    const facts: StoreFacts = {
      side: seen.file?.side ?? 'unknown',
      node: seen.file?.node ?? null,
      peer: seen.file?.peer ?? null,
      link: seen.link.state,
      synchronous: synchronous(seen, sinceFailureMs),
      lagging: seen.backlog !== null && waitingSeconds(seen.backlog, seen.atMs) > laggingAfterSeconds,
    };
    const runs = (unit: string): boolean =>
      seen.services.some((service) => service.unit === unit && service.state === 'running');
    const findings = storeFindings({
      facts,
      serving,
      cyrusRuns: runs(cyrusUnit),
      linkServiceRuns: runs(linkUnit),
      syncStopped: seen.backlog?.stopped ?? null,
      linkCheck: seen.link.check,
      rightnowFailure: sinceFailureMs <= mentionFailureForMs ? memory.lastReason : null,
    });
    return { serving, services: seen.services, findings, facts };
  },
};

/** The replica copies to nobody: the question is the active side's. */
function synchronous(seen: Snapshot, sinceFailureMs: number): StoreFacts['synchronous'] {
  if (seen.file?.side !== 'active') return 'unknown';
  if (seen.link.state === 'unknown') return 'unknown';
  return seen.link.state === 'up' && sinceFailureMs > asynchronousForMs ? 'yes' : 'no';
}
