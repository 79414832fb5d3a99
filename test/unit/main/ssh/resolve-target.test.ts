import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, NodeEntry } from '../../../../common/model/fleet.ts';
import { parseHop, targetFor } from '../../../../main/ssh/resolve-target.ts';
import { parseSshConfig, readSshConfig, type SshConfigReader } from '../../../../main/ssh/ssh-config.ts';
import { ensureDebianPackages } from '../../../support/debian-packages.ts';

function node(id: string, change: Partial<NodeEntry> = {}): NodeEntry {
  return {
    id,
    address: `${id}.example.org`,
    port: 22,
    user: null,
    failureDomain: null,
    jump: null,
    maintenance: null,
    ...change,
  };
}

function fleet(nodes: readonly NodeEntry[], ssh: Partial<Fleet['ssh']> = {}): Fleet {
  return {
    name: 'test',
    clusters: [],
    nodes,
    mail: { domains: [], mailboxes: [] },
    ssh: { user: null, identityFile: null, knownHostsFile: null, ...ssh },
  };
}

/** As if ~/.ssh/config were empty, but for what a host's entry changes. */
function config(hosts: Record<string, Record<string, string>> = {}): SshConfigReader {
  return async (query) => {
    const lines = {
      hostname: query.host,
      user: query.user ?? 'me',
      port: String(query.port ?? 22),
      userknownhostsfile: '/h/known',
      ...hosts[query.host],
    };
    return parseSshConfig(
      Object.entries(lines)
        .map(([key, value]) => `${key} ${value}`)
        .join('\n'),
      query,
      {},
      '/h',
    );
  };
}

describe('what the fleet file does not say', () => {
  it('comes from its ssh block, then from OpenSSH', async () => {
    const mx1 = node('mx1');
    const readConfig = config({ 'mx1.example.org': { port: '2200', hostname: '10.0.0.1' } });
    const own = await targetFor(
      fleet([mx1], { user: 'mailyard-op', identityFile: '/k', knownHostsFile: '/kh' }),
      mx1,
      { readConfig },
    );
    expect(own).toMatchObject({
      host: '10.0.0.1',
      port: 2200,
      user: 'mailyard-op',
      knownHostsFiles: ['/kh'],
      jump: null,
    });
    expect(own.auth[0]).toEqual({ kind: 'key', path: '/k' });
    const plain = await targetFor(fleet([mx1]), mx1, { readConfig });
    expect(plain).toMatchObject({ user: 'me', knownHostsFiles: ['/h/known'] });
  });

  it('shows only what a person typed, when they did', async () => {
    const mx1 = node('mx1');
    const auth = [{ kind: 'password', password: 'x' }] as const;
    const target = await targetFor(fleet([mx1], { identityFile: '/k' }), mx1, { readConfig: config(), auth });
    expect(target.auth).toEqual(auth);
  });

  it('hands a passphrase to the key it belongs to', async () => {
    const mx1 = node('mx1');
    const target = await targetFor(fleet([mx1], { identityFile: '/k' }), mx1, {
      readConfig: config(),
      passphraseOf: (path) => (path === '/k' ? 'open' : undefined),
    });
    expect(target.auth).toContainEqual({ kind: 'key', path: '/k', passphrase: 'open' });
  });
});

describe('jump hosts', () => {
  it('goes through another node, itself resolved', async () => {
    const bastion = node('bastion', { port: 2222, user: 'gate' });
    const mx1 = node('mx1', { jump: 'bastion' });
    const target = await targetFor(fleet([bastion, mx1]), mx1, { readConfig: config() });
    expect(target.jump).toMatchObject({ host: 'bastion.example.org', port: 2222, user: 'gate', jump: null });
  });

  it('goes through user@host:port', async () => {
    const mx1 = node('mx1', { jump: 'gate@10.0.0.9:2022' });
    const target = await targetFor(fleet([mx1]), mx1, { readConfig: config() });
    expect(target.jump).toMatchObject({ host: '10.0.0.9', port: 2022, user: 'gate' });
  });

  it('follows a ProxyJump of several hops in their order', async () => {
    const mx1 = node('mx1');
    const readConfig = config({ 'mx1.example.org': { proxyjump: 'a@one,b@two:2222' } });
    const target = await targetFor(fleet([mx1]), mx1, { readConfig });
    expect(target.jump).toMatchObject({
      host: 'two',
      port: 2222,
      user: 'b',
      jump: { host: 'one', user: 'a', jump: null },
    });
  });

  it('does not show the password of a server to its bastion', async () => {
    const mx1 = node('mx1', { jump: 'bastion' });
    const auth = [{ kind: 'password', password: 'x' }] as const;
    const target = await targetFor(fleet([node('bastion'), mx1]), mx1, { readConfig: config(), auth });
    expect(JSON.stringify(target.jump)).not.toContain('password');
  });

  it('refuses a circle', async () => {
    const a = node('a', { jump: 'b' });
    const b = node('b', { jump: 'a' });
    await expect(targetFor(fleet([a, b]), a, { readConfig: config() })).rejects.toThrow(
      'circle: a -> b -> a',
    );
  });

  it('refuses a ProxyCommand with its mend', async () => {
    const mx1 = node('mx1');
    const readConfig = config({ 'mx1.example.org': { proxycommand: 'nc %h %p' } });
    await expect(targetFor(fleet([mx1]), mx1, { readConfig })).rejects.toThrow('Use ProxyJump');
  });

  it.each([
    ['host', { user: null, host: 'host', port: null }],
    ['me@host:2', { user: 'me', host: 'host', port: 2 }],
    ['me@[fe80::1]:22', { user: 'me', host: 'fe80::1', port: 22 }],
    ['[::1]', { user: null, host: '::1', port: null }],
    ['ssh://me@host:2/', { user: 'me', host: 'host', port: 2 }],
  ])('reads %s', (text, expected) => {
    expect(parseHop(text)).toEqual(expected);
  });

  it.each(['', 'a b', 'host:99999', '@', 'host:'])('refuses "%s"', (text) => {
    expect(() => parseHop(text)).toThrow('is not a jump host');
  });
});

describe('the real ssh -G', () => {
  let folder = '';
  beforeAll(async () => {
    await ensureDebianPackages(['openssh-client'], 'the SSH tests');
    folder = await mkdtemp(join(tmpdir(), 'mailyard-config-'));
    await writeFile(join(folder, 'more'), 'Host mx*\n  ProxyJump gate@bastion:2022\n  IdentitiesOnly yes\n');
    await writeFile(
      join(folder, 'config'),
      `Include ${join(folder, 'more')}\nMatch originalhost mx1 user root\n  IdentityFile ${folder}/root\nHost mx1\n  HostName 10.1.2.3\n  Port 2200\n  IdentityAgent ${folder}/agent\n  UserKnownHostsFile ${folder}/k1 ${folder}/k2\n  HostKeyAlias mail-one\nHost *\n  User everyone\n`,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('honours Include, Match, ProxyJump, agents, key files and aliases', async () => {
    const read = await readSshConfig({ host: 'mx1', user: 'root', configFile: join(folder, 'config') });
    expect(read).toMatchObject({
      hostName: '10.1.2.3',
      port: 2200,
      user: 'root',
      identitiesOnly: true,
      identityFiles: [`${folder}/root`],
      identityAgent: `${folder}/agent`,
      hostKeyAlias: 'mail-one',
      proxyJump: ['gate@bastion:2022'],
      proxyCommand: null,
    });
    expect(read.knownHostsFiles.slice(0, 2)).toEqual([`${folder}/k1`, `${folder}/k2`]);
  });

  it('falls back to the catch-all', async () => {
    const read = await readSshConfig({ host: 'other', configFile: join(folder, 'config') });
    expect(read).toMatchObject({ hostName: 'other', user: 'everyone', port: 22, proxyJump: [] });
  });

  it('repeats what ssh says of a broken file', async () => {
    await writeFile(join(folder, 'broken'), 'Hots mx1\n');
    await expect(readSshConfig({ host: 'mx1', configFile: join(folder, 'broken') })).rejects.toThrow(
      /Bad configuration option/,
    );
  });

  it.each(['-oProxyCommand=true', '', 'a b'])('never hands "%s" to ssh', async (host) => {
    await expect(readSshConfig({ host })).rejects.toThrow('is not a host name');
  });
});
