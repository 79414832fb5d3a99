import { describe, expect, it } from 'vitest';
import { describeHostKey, spokenFingerprint } from '../../../../main/ssh/fingerprint.ts';
import { fingerprintWords } from '../../../../main/ssh/fingerprint-words.ts';
import { hostKeyRefusal, removalCommand } from '../../../../main/ssh/host-key-error.ts';
import { judgeHostKey, parseKnownHosts } from '../../../../main/ssh/known-hosts.ts';

// ssh-keygen -lf of this key printed the fingerprint below (OpenSSH 9.2).
const key = 'AAAAC3NzaC1lZDI1NTE5AAAAILWTkk3Afd+TQgk9Lx1gQFzb1kdInS/RXNqCFudwHli9';
const fingerprint = 'SHA256:CsB1GJUUEw+IErwTKDsXnskjyU8P0Drpt3u+KdEKXbo';
const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJ2y4Xx8cWm6l1p7m0B8X8l9aG3yJXqS0l1o0b2n3kT';
const shown = describeHostKey(Buffer.from(key, 'base64'));

function refusal(text: string, file = '/home/op/.ssh/known_hosts', port = 2222) {
  const server = { host: 'mx1', port, knownHostsFile: file };
  return hostKeyRefusal(judgeHostKey(parseKnownHosts(text, file), 'mx1', port, key), shown, server);
}

describe('a host key for people', () => {
  it('has the fingerprint that ssh-keygen prints', () => {
    expect(shown).toEqual({ type: 'ssh-ed25519', fingerprint, key });
  });

  it('has 256 different words', () => {
    expect(new Set(fingerprintWords).size).toBe(256);
    expect(fingerprintWords.every((word) => /^[a-z]{4,9}$/.test(word))).toBe(true);
  });

  it('says the same ten words for the same key, for ever', () => {
    expect(spokenFingerprint(fingerprint)).toBe(
      'arrow needle flamingo barley island balcony bakery axle harbor bagel',
    );
  });

  it('says nothing for what is no fingerprint', () => {
    expect(spokenFingerprint('MD5:aa:bb')).toBe('');
    expect(spokenFingerprint('SHA256:AAAA')).toBe('');
  });
});

describe('refusing a host key', () => {
  it('lets a known key pass', () => {
    expect(refusal(`[mx1]:2222 ssh-ed25519 ${key}`)).toBeNull();
  });

  it('shows an unknown key with its fingerprint and words', () => {
    const error = refusal('');
    expect(error).toMatchObject({ problem: 'host-key-unknown', server: { host: 'mx1', port: 2222 } });
    expect(error?.message).toContain(fingerprint);
    expect(error?.words).toBe(spokenFingerprint(fingerprint));
  });

  it('prints the exact line that forgets a changed key', () => {
    const error = refusal(`[mx1]:2222 ssh-ed25519 ${other}`);
    expect(error?.problem).toBe('host-key-changed');
    expect(error?.message).toContain('known_hosts line 1');
    expect(error?.message.split('\n').at(-1)).toBe("ssh-keygen -f /home/op/.ssh/known_hosts -R '[mx1]:2222'");
  });

  it('quotes a path that a shell would take apart', () => {
    expect(removalCommand("/home/o p/it's", 'mx1')).toBe("ssh-keygen -f '/home/o p/it'\\''s' -R mx1");
  });

  it('never offers to accept a revoked key', () => {
    const error = refusal(`@revoked * ssh-ed25519 ${key}`);
    expect(error?.problem).toBe('host-key-changed');
    expect(error?.message).toContain('@revoked');
  });

  it('says that host certificates cannot be checked', () => {
    expect(refusal(`@cert-authority [mx1]:2222 ssh-ed25519 ${other}`)?.message).toContain(
      'certificate authority',
    );
  });
});
