/**
 * Synthetic mail at a steady rate, by real SMTP, one connection a message, as
 * many different senders would. It behaves as RFC 5321 asks of a client: what
 * was not accepted is tried again with the same Message-ID, what was refused
 * for good (5xx) is not.
 *
 * Bounded in count and time, so that a forgotten one ends by itself.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Ledger } from './ledger.ts';
import { buildMessage, messageIdFor } from './message.ts';
import { type SmtpLimits, sendBySmtp } from './smtp-send.ts';

export interface TrafficOptions {
  readonly host: string;
  readonly port: number;
  /** 'lmtp' to deliver straight to a store. */
  readonly protocol?: 'smtp' | 'lmtp';
  readonly ratePerSecond: number;
  readonly recipients: readonly string[];
  /** Domains the senders claim to be of; default sender.test. */
  readonly domains?: readonly string[];
  readonly signal?: AbortSignal;
  readonly bodyBytes?: number;
  /** The traffic ends by itself after this. Unit: ms; default an hour. */
  readonly limitMs?: number;
  /** And after so many messages; default 50 000. */
  readonly maxMessages?: number;
  readonly smtpLimits?: Partial<SmtpLimits>;
}

export interface Traffic {
  readonly ledger: Ledger;
  /** Starts no more messages, tries those that are open until they are accepted or the limit is over. */
  stop(options?: { readonly finishMs?: number }): Promise<void>;
  /** Messages whose fate is not known yet. */
  readonly open: number;
}

const defaultLimits: SmtpLimits = { connectMs: 5_000, replyMs: 30_000, acceptMs: 30_000 };
/** A real client waits minutes; these waits only keep a dead server from being hammered. */
const firstRetryMs = 1_000;
const lastRetryMs = 5_000;

export function startTraffic(options: TrafficOptions): Traffic {
  const ledger = new Ledger();
  const run = `run-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const limits = { ...defaultLimits, ...options.smtpLimits };
  const domains = options.domains ?? ['sender.test'];
  const target = {
    ...{ host: options.host, port: options.port, heloName: `client.${domains[0]}` },
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
  };
  const abort = new AbortController();
  const signal =
    options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal]);
  setMaxListeners(0, signal); // every session that is open listens to it
  const inFlight = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  const maxMessages = options.maxMessages ?? 50_000;
  let started = 0;
  let stopped = false;

  const deliver = async (number: number): Promise<void> => {
    const to = options.recipients[number % options.recipients.length];
    if (to === undefined) throw new Error('traffic without recipients');
    const from = `sender${number % 10}@${domains[number % domains.length]}`;
    const sentAtMs = Date.now();
    const message = buildMessage({ run, number, from, to, sentAtMs, bodyBytes: options.bodyBytes ?? 1_000 });
    ledger.open(message.messageId, to, sentAtMs);
    for (let waitMs = firstRetryMs; !signal.aborted; waitMs = Math.min(waitMs * 2, lastRetryMs)) {
      const outcome = await sendBySmtp(target, message, limits, signal);
      ledger.record(message.messageId, outcome);
      if (outcome.kind === 'accepted' || outcome.kind === 'permanent') return;
      await pause(waitMs, signal);
    }
    ledger.giveUp(messageIdFor(run, number));
  };

  const start = (): void => {
    const task = deliver(started++).finally(() => inFlight.delete(task));
    inFlight.add(task);
  };
  const tick = (): void => {
    const elapsedMs = performance.now() - startedAtMs;
    if (stopped || signal.aborted || elapsedMs > (options.limitMs ?? 3_600_000)) {
      clearInterval(timer);
      return;
    }
    // After a stall of this process the missed ones are made up for, a few at a time.
    const due = Math.min(Math.floor((elapsedMs / 1000) * options.ratePerSecond) + 1, maxMessages);
    for (let burst = 0; burst < 5 && started < due; burst++) start();
  };
  const timer = setInterval(tick, Math.max(5, Math.min(50, 500 / options.ratePerSecond)));
  tick();

  return {
    ledger,
    get open() {
      return inFlight.size;
    },
    async stop({ finishMs = 30_000 } = {}) {
      stopped = true;
      clearInterval(timer);
      const limit = setTimeout(() => abort.abort(), finishMs);
      await Promise.all(inFlight);
      clearTimeout(limit);
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
