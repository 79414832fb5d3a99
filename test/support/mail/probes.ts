import { createConnection } from 'node:net';
import { type Probe, probeEvery } from './gaps.ts';

/**
 * Connects every 50 ms and counts a try as good when the first bytes of a
 * banner came within its own limit. It says nothing itself: with postscreen
 * listening, a client that talks first is a spammer.
 */
export function probe50ms(host: string, port: number, options: { readonly tryLimitMs?: number } = {}): Probe {
  return probeEvery(50, (signal) => connectForBanner(host, port, options.tryLimitMs ?? 1_000, signal));
}

/** Logs in by IMAP and out again; the user's own question: can I read my mail? */
export function probeImapLogin(
  target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string },
  options: { readonly everyMs?: number; readonly tryLimitMs?: number } = {},
): Probe {
  return probeEvery(options.everyMs ?? 250, (signal) =>
    imapLogin(target, options.tryLimitMs ?? 3_000, signal),
  );
}

function connectForBanner(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return converse(host, port, limitMs, signal, () => 'good');
}

function imapLogin(
  target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string },
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  let asked = false;
  return converse(target.host, target.port, limitMs, signal, (received) => {
    if (!asked && /^\* OK.*\r\n/.test(received)) {
      asked = true;
      return `a LOGIN ${quoted(target.user)} ${quoted(target.password)}\r\nb EXAMINE INBOX\r\nc LOGOUT\r\n`;
    }
    const answer = /^([ab]) (NO|BAD)(.*)$/m.exec(received);
    if (answer !== null) throw new Error(`${answer[2]}${answer[3]}`.trim());
    return /^b OK/m.test(received) ? 'good' : null;
  });
}

/**
 * One connection; after every chunk `next` sees all that was received and says
 * 'good', a text to send, or null to wait; it throws why the try failed.
 * Resolves with null when good, else with why not.
 */
function converse(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
  next: (received: string) => string | null,
): Promise<string | null> {
  return new Promise((resolve) => {
    let received = '';
    const socket = createConnection({ host, port, noDelay: true });
    const end = (result: string | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => end('the probe was stopped');
    const timer = setTimeout(() => end(`no answer within ${limitMs} ms`), limitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setEncoding('latin1');
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => end('closed by the server'));
    socket.on('data', (chunk: string) => {
      received += chunk;
      try {
        const say = next(received);
        if (say === 'good') end(null);
        else if (say !== null) socket.write(say);
      } catch (error) {
        end(error instanceof Error ? error.message : String(error));
      }
    });
  });
}
