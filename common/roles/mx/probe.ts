/** Looks at Postfix, rspamd and Valkey as the unprivileged daemon: by unix sockets and the journal. */
import type { Samples } from '../../model/metric.ts';
import type { RoleReading } from '../../model/reading.ts';
import type { ProbeHost } from '../host.ts';
import { readIntent } from '../intent.ts';
import type { RoleProbe } from '../role.ts';
import { readServices, servingOf } from '../service-reading.ts';
import type { MxFacts } from './facts.ts';
import { mxFindings } from './findings.ts';
import { MailLog, mailLogIdentifiers } from './mail-log.ts';
import { rspamdSocket, showqSocket } from './paths.ts';
import { parseRspamdStat, type RspamdStat } from './rspamd-stat.ts';
import { mxServices } from './services.ts';
import { parseShowq, type QueuedMessage } from './showq.ts';

interface Memory {
  readonly log: MailLog;
  queue: readonly QueuedMessage[] | null;
  queueAtMs: number;
  scanMs: number;
  rspamd: RspamdStat | null;
  rspamdAtMs: number;
  /** Queue totals of the last five minutes, one every ten seconds. */
  totals: { atMs: number; total: number }[];
}

/** Counters belong to the daemon that counts: they begin with it and end with it. */
const memories = new WeakMap<ProbeHost, Memory>();

function memoryOf(host: ProbeHost): Memory {
  const known = memories.get(host);
  if (known) return known;
  const fresh: Memory = {
    log: new MailLog(),
    queue: null,
    queueAtMs: Number.NEGATIVE_INFINITY,
    scanMs: 0,
    rspamd: null,
    rspamdAtMs: Number.NEGATIVE_INFINITY,
    totals: [],
  };
  memories.set(host, fresh);
  return fresh;
}

/** Postfix reads every queue file to answer; a look is repeated only after twenty times as long as it took. */
async function lookAtQueue(host: ProbeHost, memory: Memory): Promise<void> {
  const startMs = host.nowMs();
  if (startMs - memory.queueAtMs < Math.max(900, memory.scanMs * 20)) return;
  memory.queueAtMs = startMs;
  try {
    memory.queue = parseShowq(await host.askSocket(showqSocket, '', 10_000));
  } catch {
    memory.queue = null;
  }
  memory.scanMs = host.nowMs() - startMs;
  const last = memory.totals.at(-1);
  if (memory.queue && (!last || startMs - last.atMs >= 10_000)) {
    const total = memory.queue.filter((message) => message.queue !== 'hold').length;
    memory.totals = [
      ...memory.totals.filter((one) => startMs - one.atMs < 300_000),
      { atMs: startMs, total },
    ];
  }
}

async function lookAtRspamd(host: ProbeHost, memory: Memory): Promise<void> {
  if (host.nowMs() - memory.rspamdAtMs < 900) return;
  memory.rspamdAtMs = host.nowMs();
  try {
    const answer = await host.httpGet(rspamdSocket, '/stat', 1000);
    memory.rspamd = answer.status === 200 ? parseRspamdStat(answer.body) : null;
  } catch {
    memory.rspamd = null;
  }
}

export const mxProbe: RoleProbe = {
  async sample(host) {
    const memory = memoryOf(host);
    const lines = await host.journalSince(mailLogIdentifiers);
    const nowMs = host.nowMs();
    for (const line of lines) memory.log.add(line, nowMs);
    await Promise.all([lookAtQueue(host, memory), lookAtRspamd(host, memory)]);
    return mxSamples(memory, nowMs);
  },
  async read(host): Promise<RoleReading> {
    const memory = memoryOf(host);
    await Promise.all([lookAtQueue(host, memory), lookAtRspamd(host, memory)]);
    const services = await readServices(host, mxServices);
    const serving = servingOf(await readIntent(host, 'mx'), services, mxServices);
    const nowMs = host.nowMs();
    const [before] = memory.totals;
    const findings = mxFindings({
      serving,
      services,
      queue: memory.queue,
      totalBefore: before && nowMs - before.atMs > 240_000 ? before.total : null,
      rspamdAnswers: memory.rspamd !== null,
      lastMilterFailureMs: memory.log.lastMilterFailureMs,
      nowMs,
    });
    const facts: MxFacts = { queueSeen: memory.queue !== null, rspamd: memory.rspamd?.version ?? null };
    return { serving, services, findings, facts };
  },
};

/** Pure, so that captured output can be held against it. */
export function mxSamples(
  memory: Pick<Memory, 'log' | 'queue' | 'scanMs' | 'rspamd'>,
  nowMs: number,
): Samples {
  return {
    ...queueSamples(memory.queue, memory.scanMs, nowMs),
    ...logSamples(memory.log, nowMs),
    ...rspamdSamples(memory.rspamd),
  };
}

function queueSamples(queue: readonly QueuedMessage[] | null, scanMs: number, nowMs: number): Samples {
  if (queue === null) return {};
  const samples: Record<string, number> = {};
  for (const name of ['incoming', 'active', 'deferred', 'hold']) {
    samples[`postfix_queue_messages{queue="${name}"}`] = queue.filter((one) => one.queue === name).length;
  }
  const waiting = queue.filter((one) => one.queue !== 'hold');
  samples['postfix_queue_bytes'] = queue.reduce((sum, one) => sum + one.sizeBytes, 0);
  samples['postfix_queue_oldest_age_seconds'] =
    waiting.length === 0
      ? 0
      : Math.max(0, (nowMs - Math.min(...waiting.map((one) => one.arrivedAtMs))) / 1000);
  samples['postfix_queue_scan_seconds'] = scanMs / 1000;
  return samples;
}

function logSamples(log: MailLog, nowMs: number): Samples {
  const samples: Record<string, number> = {
    postfix_smtpd_sessions: log.sessions,
    postfix_smtpd_connections_total: log.connections,
    postfix_messages_received_total: log.received,
    'postfix_smtpd_rejects_total{code="4xx"}': log.rejectedForNow,
    'postfix_smtpd_rejects_total{code="5xx"}': log.rejectedForGood,
    postfix_milter_failures_total: log.milterFailures,
  };
  for (const [outcome, count] of Object.entries(log.deliveries)) {
    samples[`postfix_deliveries_total{status="${outcome}"}`] = count;
  }
  for (const [stage, seconds] of Object.entries(log.stageSeconds)) {
    samples[`postfix_delivery_stage_seconds_total{stage="${stage}"}`] = seconds;
  }
  const delays = log.delays(nowMs);
  for (const quantile of [0.5, 0.99]) {
    const delay = delays[Math.min(delays.length - 1, Math.floor(delays.length * quantile))];
    if (delay !== undefined) samples[`postfix_delivery_delay_seconds{quantile="${quantile}"}`] = delay;
  }
  return samples;
}

function rspamdSamples(stat: RspamdStat | null): Samples {
  if (stat === null) return {};
  const samples: Record<string, number> = {
    rspamd_scanned_total: stat.scanned,
    rspamd_spam_total: stat.spam_count,
    rspamd_ham_total: stat.ham_count,
    rspamd_learned_total: stat.learned,
    rspamd_connections: stat.connections,
    rspamd_uptime_seconds: stat.uptime,
  };
  for (const [action, count] of Object.entries(stat.actions)) {
    samples[`rspamd_actions_total{action="${action}"}`] = count;
  }
  const times = (stat.scan_times ?? []).filter((time): time is number => time !== null);
  if (times.length > 0) {
    samples['rspamd_scan_time_average_seconds'] = times.reduce((sum, time) => sum + time, 0) / times.length;
  }
  return samples;
}
