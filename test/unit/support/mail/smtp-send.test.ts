import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SmtpReplyReader } from '../../../support/mail/smtp-reply.ts';
import { dotStuffed, sendBySmtp } from '../../../support/mail/smtp-send.ts';
import { startTraffic } from '../../../support/mail/traffic.ts';

/** A server that follows a script: for each line that begins so, what to answer, or 'drop' to hang up. */
type Script = Readonly<Record<string, string>>;
const good: Script = {
  banner: '220-wait\r\n220 ready\r\n',
  EHLO: '250-me\r\n250 8BITMIME\r\n',
  MAIL: '250 ok\r\n',
  RCPT: '250 ok\r\n',
  DATA: '354 go\r\n',
  '.': '250 2.0.0 Ok: queued as 4dFabc9\r\n',
};

let server: Server | null = null;
const received: string[] = [];

afterEach(async () => {
  received.length = 0;
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

async function serve(script: (connection: number) => Script): Promise<number> {
  let connections = 0;
  const answer = (socket: Socket, say: string | undefined): void => {
    if (say === 'drop') socket.destroy();
    else if (say !== undefined) socket.write(say);
  };
  const listening = createServer((socket) => {
    const own = script(connections++);
    let inData = false;
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    answer(socket, own['banner']);
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        received.push(line);
        if (inData && line !== '.') continue;
        const word = line === '.' ? '.' : line.slice(0, 4);
        inData = word === 'DATA' && own['DATA']?.startsWith('354') === true;
        answer(socket, own[word]);
      }
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as { port: number }).port;
}

const limits = { connectMs: 1_000, replyMs: 300, acceptMs: 300 };
const message = { from: 's@sender.test', to: 'ann@yard.test', content: 'Subject: x\r\n\r\n.dot\r\n' };
const send = (port: number) =>
  sendBySmtp({ host: '127.0.0.1', port, heloName: 'client.test' }, message, limits);

describe('one SMTP session', () => {
  it('is accepted with the queue id and the moment of the 250', async () => {
    const before = Date.now();
    const outcome = await send(await serve(() => good));
    expect(outcome).toMatchObject({ kind: 'accepted', queueId: '4dFabc9' });
    expect(outcome.kind === 'accepted' && outcome.atMs).toBeGreaterThanOrEqual(before);
    expect(received).toContain('..dot');
  });

  it.each([
    [
      'a 450 to the recipient',
      { RCPT: '450 4.2.1 later\r\n' },
      { kind: 'temporary', stage: 'rcpt', code: 450 },
    ],
    ['a 550 after the data', { '.': '550 no\r\n' }, { kind: 'permanent', stage: 'body', code: 550 }],
    ['a hang-up at the banner', { banner: 'drop' }, { kind: 'broken', stage: 'banner' }],
    ['a hang-up after the final dot', { '.': 'drop' }, { kind: 'broken', stage: 'body' }],
    ['silence after MAIL', { MAIL: '' }, { kind: 'broken', stage: 'mail' }],
    ['something that is not SMTP', { banner: 'SSH-2.0-x\r\n' }, { kind: 'broken', stage: 'banner' }],
  ])('names what happened: %s', async (_what, changes, expected) => {
    expect(await send(await serve(() => ({ ...good, ...changes })))).toMatchObject(expected);
  });

  it('tells a port that nobody listens on from a session that broke', async () => {
    const port = await serve(() => good);
    await new Promise((resolve) => server?.close(resolve));
    server = null;
    expect(await send(port)).toMatchObject({ kind: 'unconnected' });
  });
});

describe('traffic', () => {
  it('tries a message whose 250 was not seen again with the same Message-ID', async () => {
    const port = await serve((connection) => (connection === 0 ? { ...good, '.': 'drop' } : good));
    const traffic = startTraffic({
      host: '127.0.0.1',
      port,
      ratePerSecond: 10,
      recipients: ['ann@yard.test'],
      maxMessages: 1,
      smtpLimits: limits,
    });
    await traffic.stop({ finishMs: 5_000 });
    expect(traffic.ledger.counts).toMatchObject({ accepted: 1, brokenAfterData: 1, retries: 1 });
    const ids = received.filter((line) => line.startsWith('Message-ID:'));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(traffic.open).toBe(0);
  });

  it('gives up what nobody accepted until the end, and does not call it accepted', async () => {
    const port = await serve(() => ({ ...good, MAIL: '451 no\r\n' }));
    const traffic = startTraffic({
      host: '127.0.0.1',
      port,
      ratePerSecond: 10,
      recipients: ['a@b.test'],
      maxMessages: 1,
    });
    await traffic.stop({ finishMs: 200 });
    expect([...traffic.ledger.entries.values()].map((entry) => entry.state)).toEqual(['given-up']);
  });
});

describe('replies', () => {
  it('are complete with their last line only, however the bytes are cut', () => {
    const reader = new SmtpReplyReader();
    expect(reader.push('250-a\r\n25')).toEqual([]);
    expect(reader.push('0 b\r\n220 c')).toEqual([{ code: 250, text: 'a b' }]);
    expect(reader.push('\r\n')).toEqual([{ code: 220, text: 'c' }]);
  });

  it('that change their code in the middle are refused', () => {
    expect(() => new SmtpReplyReader().push('250-a\r\n550 b\r\n')).toThrow('changed its code');
  });
});

describe('dot-stuffing', () => {
  it('doubles dots at the start of lines only, and ends the message', () => {
    expect(dotStuffed('a.b\r\n.c\r\n')).toBe('a.b\r\n..c\r\n.\r\n');
    expect(dotStuffed('x')).toBe('x\r\n.\r\n');
  });
});
