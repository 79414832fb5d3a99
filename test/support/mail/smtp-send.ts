import { createConnection, type Socket } from 'node:net';
import { queueIdOf, type SmtpOutcome, type SmtpStage } from './smtp-outcome.ts';
import { type SmtpReply, SmtpReplyReader } from './smtp-reply.ts';

export interface SmtpLimits {
  readonly connectMs: number;
  /** For each answer but the last. */
  readonly replyMs: number;
  /** For the answer to the final dot (RFC 5321 asks for 10 minutes; a test cannot wait so long). */
  readonly acceptMs: number;
}

export interface SmtpTarget {
  readonly host: string;
  readonly port: number;
  readonly heloName: string;
  /** 'lmtp' says LHLO, to deliver straight to a store; with one recipient there is one answer, as in SMTP. */
  readonly protocol?: 'smtp' | 'lmtp';
}

export interface SmtpMessage {
  readonly from: string;
  readonly to: string;
  /** Header and body, lines ended by CRLF, without dot-stuffing. */
  readonly content: string;
}

/** A session is a queue of replies that ends with a reason; whoever asks for the next one brings a limit. */
class Session {
  readonly #reader = new SmtpReplyReader();
  readonly #replies: SmtpReply[] = [];
  readonly socket: Socket;
  #ended: string | null = null;
  #wake: (() => void) | null = null;

  constructor(host: string, port: number) {
    this.socket = createConnection({ host, port, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (chunk: string) => {
      try {
        this.#replies.push(...this.#reader.push(chunk));
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error));
        this.socket.destroy();
      }
      this.#wake?.();
    });
    this.socket.on('error', (error) => this.#end(error.message));
    this.socket.on('close', () => this.#end('the server closed the connection'));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#wake?.();
  }

  /** Ends the wait of whoever is waiting; used for limits and aborts. */
  break(reason: string): void {
    this.#end(reason);
    this.socket.destroy();
  }

  async connected(limitMs: number): Promise<string | null> {
    const timer = setTimeout(() => this.break(`no connection within ${limitMs} ms`), limitMs);
    await new Promise<void>((resolve) => {
      this.socket.once('connect', resolve);
      this.#wake = resolve;
      if (this.#ended !== null) resolve();
    });
    clearTimeout(timer);
    return this.#ended;
  }

  async reply(limitMs: number): Promise<SmtpReply | string> {
    const timer = setTimeout(() => this.break(`no answer within ${limitMs} ms`), limitMs);
    while (this.#replies.length === 0 && this.#ended === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
    return this.#replies.shift() ?? this.#ended ?? 'ended';
  }
}

export function dotStuffed(content: string): string {
  const body = content.endsWith('\r\n') ? content : `${content}\r\n`;
  return `${body.replace(/^\./gm, '..')}.\r\n`;
}

/** One message, one connection, no pipelining: every reply code is seen where it belongs. Never throws. */
export async function sendBySmtp(
  target: SmtpTarget,
  message: SmtpMessage,
  limits: SmtpLimits,
  signal?: AbortSignal,
): Promise<SmtpOutcome> {
  const aborted = (): boolean => signal?.aborted ?? false;
  if (aborted()) return { kind: 'aborted' };
  const session = new Session(target.host, target.port);
  const onAbort = (): void => session.break('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const refused = await session.connected(limits.connectMs);
    if (aborted()) return { kind: 'aborted' };
    if (refused !== null) return { kind: 'unconnected', reason: refused };
    const talk: readonly (readonly [SmtpStage, string | null, number])[] = [
      ['banner', null, 220],
      ['ehlo', `${target.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${target.heloName}\r\n`, 250],
      ['mail', `MAIL FROM:<${message.from}>\r\n`, 250],
      ['rcpt', `RCPT TO:<${message.to}>\r\n`, 250],
      ['data', 'DATA\r\n', 354],
      ['body', dotStuffed(message.content), 250],
    ];
    for (const [stage, line, expected] of talk) {
      if (line !== null) session.socket.write(line, 'latin1');
      const reply = await session.reply(stage === 'body' ? limits.acceptMs : limits.replyMs);
      const atMs = Date.now();
      if (aborted()) return { kind: 'aborted' };
      if (typeof reply === 'string') return { kind: 'broken', stage, reason: reply };
      if (reply.code === expected) {
        if (stage === 'body') {
          session.socket.write('QUIT\r\n');
          return { kind: 'accepted', atMs, queueId: queueIdOf(reply.text), reply: reply.text };
        }
        continue;
      }
      session.socket.write('QUIT\r\n');
      const refusal = { stage, code: reply.code, reply: reply.text };
      if (reply.code >= 500) return { kind: 'permanent', ...refusal };
      if (reply.code >= 400) return { kind: 'temporary', ...refusal };
      return { kind: 'broken', stage, reason: `unexpected reply ${reply.code} ${reply.text}` };
    }
    throw new Error('unreachable: the last stage always returns');
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // QUIT was written where it is polite; its answer decides nothing, so half a second is all it gets.
    session.socket.end();
    setTimeout(() => session.socket.destroy(), 500).unref();
  }
}
