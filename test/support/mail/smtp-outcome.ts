/**
 * What one attempt to hand a message over by SMTP came to.
 *
 * The moment of the 250 after the final dot is the only acceptance. A session
 * that broke while that answer was awaited is neither: the server may hold the
 * message. It is retried with the same Message-ID, and the store suppresses the
 * second copy.
 */

export type SmtpStage = 'connect' | 'banner' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body';

export type SmtpOutcome =
  /** `atMs` is when the line with the 250 was read; `queueId` is null when the server does not say. */
  | {
      readonly kind: 'accepted';
      readonly atMs: number;
      readonly queueId: string | null;
      readonly reply: string;
    }
  /** No TCP connection: refused, reset, or none within the limit. */
  | { readonly kind: 'unconnected'; readonly reason: string }
  | { readonly kind: 'temporary'; readonly stage: SmtpStage; readonly code: number; readonly reply: string }
  | { readonly kind: 'permanent'; readonly stage: SmtpStage; readonly code: number; readonly reply: string }
  /** The session ended without an answer. In stage 'body' nobody can know whether the message was taken. */
  | { readonly kind: 'broken'; readonly stage: SmtpStage; readonly reason: string }
  | { readonly kind: 'aborted' };

/** Postfix: `250 2.0.0 Ok: queued as 4dFxyz123` -> `4dFxyz123`. */
export function queueIdOf(reply: string): string | null {
  return /queued as ([A-Za-z0-9]+)/.exec(reply)?.[1] ?? null;
}
