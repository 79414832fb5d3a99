/** What an operator should know of one mx, from what its probe saw. Numbers are coarse, so that a reading changes rarely. */
import type { Finding, ServiceReading, Serving } from '../../model/reading.ts';
import type { QueuedMessage } from './showq.ts';

export interface MxSight {
  readonly serving: Serving;
  readonly services: readonly ServiceReading[];
  /** null: the queue cannot be seen. */
  readonly queue: readonly QueuedMessage[] | null;
  /** Total of the queue about five minutes ago; null when that is not known. */
  readonly totalBefore: number | null;
  readonly rspamdAnswers: boolean;
  readonly lastMilterFailureMs: number | null;
  readonly nowMs: number;
}

const oldMinutes = 5;
const manyMessages = 200;

export function mxFindings(sight: MxSight): readonly Finding[] {
  if (sight.serving !== 'serving') return [];
  return [...queueFindings(sight), ...spamFindings(sight)];
}

function queueFindings({ queue, totalBefore, nowMs, services }: MxSight): readonly Finding[] {
  const findings: Finding[] = [];
  if (queue === null) {
    const postfix = services.find((service) => service.unit === 'postfix.service');
    if (postfix?.state === 'running') {
      findings.push({
        code: 'QueueUnseen',
        severity: 'warning',
        message: 'Postfix runs, but its queue cannot be seen: its showq service does not answer.',
      });
    }
    return findings;
  }
  const waiting = queue.filter((message) => message.queue !== 'hold');
  const oldest = Math.min(...waiting.map((message) => message.arrivedAtMs));
  const minutes = Math.floor((nowMs - oldest) / 60_000);
  if (waiting.length > 0 && minutes >= oldMinutes) {
    findings.push({
      code: 'QueueOld',
      severity: 'warning',
      message: `Mail waits in the queue for more than ${roundDown(minutes)} minutes.`,
    });
  }
  if (totalBefore !== null && waiting.length >= manyMessages && waiting.length >= totalBefore * 2) {
    findings.push({
      code: 'QueueGrowing',
      severity: 'warning',
      message: 'The queue has more than doubled in five minutes: mail comes in faster than it is delivered.',
    });
  }
  if (queue.length > waiting.length) {
    findings.push({
      code: 'MailOnHold',
      severity: 'info',
      message: 'Mail is on hold; it is delivered when somebody releases it.',
    });
  }
  return findings;
}

function spamFindings({ services, rspamdAnswers, lastMilterFailureMs, nowMs }: MxSight): readonly Finding[] {
  const findings: Finding[] = [];
  const state = (unit: string): string =>
    services.find((service) => service.unit === unit)?.state ?? 'unknown';
  const rspamd = state('rspamd.service');
  if (rspamd === 'stopped' || rspamd === 'failed') {
    findings.push({
      code: 'RspamdDown',
      severity: 'warning',
      message: `rspamd is ${rspamd}: mail is taken without a spam check.`,
    });
  } else if (rspamd === 'running' && !rspamdAnswers) {
    findings.push({
      code: 'RspamdSilent',
      severity: 'warning',
      message: 'rspamd runs but does not answer; mail may be taken without a spam check.',
    });
  } else if (lastMilterFailureMs !== null && nowMs - lastMilterFailureMs < 120_000) {
    findings.push({
      code: 'MilterFailingOpen',
      severity: 'warning',
      message:
        'Some mail of the last two minutes was taken without a spam check: rspamd did not answer in time.',
    });
  }
  const valkey = state('valkey-server.service');
  if (valkey === 'stopped' || valkey === 'failed') {
    findings.push({
      code: 'ValkeyDown',
      severity: 'warning',
      message: `Valkey is ${valkey}: rspamd works without Bayes and rate limits.`,
    });
  }
  return findings;
}

/** 5, 10, 30, 60, 120, 240, ... : a sentence that stays the same for a while. */
function roundDown(minutes: number): number {
  const steps = [5, 10, 30, 60, 120, 240, 480, 1440];
  return steps.filter((step) => step <= minutes).at(-1) ?? minutes;
}
