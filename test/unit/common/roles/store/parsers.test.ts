import { describe, expect, it } from 'vitest';
import { parseBacklog, waitingSeconds } from '../../../../../common/roles/store/backlog.ts';
import { parseImapAnswer, quoted } from '../../../../../common/roles/store/imap-ask.ts';
import { behind, parseMailboxStatus } from '../../../../../common/roles/store/mailbox-status.ts';
import { lmtpRefusal, parseServerState } from '../../../../../common/roles/store/pair-verbs.ts';
import { parsePeerLink } from '../../../../../common/roles/store/peer-link.ts';
import { parsePromstatReport } from '../../../../../common/roles/store/promstat-report.ts';
import { parseSasldb, splitUser } from '../../../../../common/roles/store/sasl-users.ts';
import { readSyncLogLines } from '../../../../../common/roles/store/sync-log-lines.ts';
import { fixture } from './fixture.ts';

const lines = (name: string): readonly string[] => fixture(name).split('\n');

describe('the report of promstatsd', () => {
  it('is summed over services, without the moments', () => {
    const report = parsePromstatReport(fixture('promstat-report.txt'));
    expect(report['cyrus_lmtp_received_recipients_total']).toBeGreaterThan(100);
    expect(report['cyrus_usage_mailboxes']).toBe(5);
    expect(Object.values(report).every((value) => Number.isFinite(value) && value < 1e12)).toBe(true);
  });

  it('adds up what several services of one program did', () => {
    const text =
      'x_total{service="imap"} 2 1795464385003\nx_total{service="imapunix"} 3 1795464385003\n# HELP x\n';
    expect(parsePromstatReport(text)).toEqual({ x_total: 5 });
  });
});

describe('the way to the other side', () => {
  it.each([
    ['haproxy-peer-up.csv', 'up', 'L7OK'],
    ['haproxy-peer-down.csv', 'down', 'L4CON'],
    ['haproxy-peer-maint.csv', 'held', ''],
  ])('in %s is %s', (name, state, check) => {
    expect(parsePeerLink(fixture(name))).toMatchObject({ state, check });
  });

  it('is none when the listener has no server, and unknown when it is not our HAProxy', () => {
    const withoutPeer = fixture('haproxy-peer-up.csv').replace(/^peersync,peer,.*\n/m, '');
    expect(parsePeerLink(withoutPeer).state).toBe('none');
    expect(parsePeerLink('').state).toBe('unknown');
  });

  it('is told to be on or off as the running HAProxy has it', () => {
    const text = fixture('servers-state.txt');
    expect(parseServerState(text)).toEqual({ state: 'ready', to: '10.98.0.32:2005' });
    expect(parseServerState(text.replace('10.98.0.32 2 0 ', '10.98.0.32 0 1 ')).state).toBe('maint');
    expect(parseServerState('1\n# be_id be_name\n')).toEqual({ state: 'absent', to: null });
  });
});

describe('the log', () => {
  it('counts what was acknowledged without a copy while the peer was down', () => {
    const news = readSyncLogLines(lines('journal-peer-down.txt'));
    expect(news.rightnowFailures).toBeGreaterThanOrEqual(20);
    expect(news.lastReason).toBe('failed to connect to server: 127.0.0.1');
  });

  it('counts them while the peer was frozen, too', () => {
    expect(readSyncLogLines(lines('journal-peer-frozen.txt')).rightnowFailures).toBeGreaterThan(0);
  });

  it('says nothing of the errors that sync_client mends by itself', () => {
    expect(readSyncLogLines(lines('journal-peer-back.txt'))).toMatchObject({
      rightnowFailures: 0,
      lastReason: '',
    });
  });
});

describe('the backlog', () => {
  const text = '{"atMs":1000000,"bytes":640,"entries":24,"waitingSinceMs":988000,"stopped":false}\n';

  it('is as old as its oldest part', () => {
    const backlog = parseBacklog(text, 1_000_500);
    expect(backlog).not.toBeNull();
    expect(backlog && waitingSeconds(backlog, 1_000_000)).toBe(12);
  });

  it('is not known when nobody has looked for ten seconds, or the file is damaged', () => {
    expect(parseBacklog(text, 1_011_000)).toBeNull();
    expect(parseBacklog('{"atMs":', 1_000_000)).toBeNull();
    expect(parseBacklog(null, 1_000_000)).toBeNull();
  });
});

describe('an answer by IMAP', () => {
  it('gives the result of each command and what came before it', () => {
    const answer = parseImapAnswer(fixture('imap-find.txt'), 'ann', 2);
    expect(answer.results[0]).toMatch(/^OK \[READ-ONLY\]/);
    expect(answer.untagged).toContain('SEARCH 60');
  });

  it('is an access problem when the password is refused', () => {
    expect(() => parseImapAnswer(fixture('imap-refused.txt'), 'ann', 1)).toThrow(/refuses ann/);
  });

  it('is a failure when it ends in the middle', () => {
    const text = fixture('imap-find.txt');
    expect(() => parseImapAnswer(text.slice(0, text.indexOf('c1 OK')), 'ann', 2)).toThrow(
      /ended the conversation/,
    );
  });

  it('cannot be bent by what is asked for', () => {
    expect(quoted('a"b\\c')).toBe('"a\\"b\\\\c"');
    expect(() => quoted('x\r\nc9 DELETE user/ann')).toThrow(/line breaks/);
  });
});

describe('mailboxes of two sides', () => {
  const active = parseMailboxStatus(parseImapAnswer(fixture('list-status.txt'), 'cyrus', 1).untagged);

  it('are read with their names, also quoted ones', () => {
    expect(active.map((status) => status.name)).toContain('user/eve/Sent Items@yard.test');
    expect(active[0]).toEqual({
      name: 'user/ann@yard.test',
      messages: 140,
      uidNext: 141,
      uidValidity: 1795464383,
      highestModseq: 141,
    });
  });

  it('are equal to themselves, and a replica that is ahead is not behind', () => {
    expect(behind(active, active)).toEqual([]);
    const ahead = active.map((status) => ({ ...status, highestModseq: status.highestModseq + 1 }));
    expect(behind(active, ahead)).toEqual([]);
  });

  it.each([
    ['absent', active.slice(1), 'it is absent on the replica'],
    ['behind', active.map((one) => ({ ...one, highestModseq: one.highestModseq - 1 })), '1 changes behind'],
    ['another', active.map((one) => ({ ...one, uidValidity: 1 })), 'a different mailbox'],
  ])('differ when one is %s', (_what, replica, how) => {
    expect(behind(active, replica)[0]).toMatchObject({ mailbox: 'user/ann@yard.test' });
    expect(behind(active, replica)[0]?.how).toContain(how);
  });
});

describe('the password file', () => {
  it('is read with names, realms and odd characters', () => {
    const passwords = parseSasldb(fixture('sasldb-dump.txt'));
    expect(passwords.get('ann@yard.test')).toBe('pw');
    expect(passwords.get('cyrus@s1')).toBe('cyrussecret');
    expect(passwords.get('odd@yard.test')).toBe('a b\\c\\x07\u00c3\u00a9');
  });

  it('knows Cyrus by the realm of its node', () => {
    expect(splitUser('repl', 'store1')).toEqual({ name: 'repl', realm: 'store1' });
    expect(splitUser('ann@yard.test', 'store1')).toEqual({ name: 'ann', realm: 'yard.test' });
  });
});

describe('a test delivery', () => {
  it('was good when every step was', () => {
    expect(lmtpRefusal(fixture('lmtp-delivered.txt'))).toBeNull();
  });

  it('names the refusal of a mailbox that is not there', () => {
    expect(lmtpRefusal(fixture('lmtp-no-mailbox.txt'))).toContain('550 5.1.1 User unknown');
  });

  it('was none when the answer ended early', () => {
    expect(lmtpRefusal('220 s1 ready\r\n250 Ok\r\n')).toContain('ended early');
  });
});
