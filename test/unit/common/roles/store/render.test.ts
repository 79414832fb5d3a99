import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mailboxesOf, probeMailbox } from '../../../../../common/roles/store/address.ts';
import { storeProvision } from '../../../../../common/roles/store/provision.ts';
import { storeValues } from '../../../../../common/roles/store/render.ts';
import { storeFileSchema } from '../../../../../common/roles/store/store-file.ts';
import { renderTemplate } from '../../../../../common/roles/template.ts';
import { pairFleet, situation } from './pair-fleet.ts';

const secrets = new Map([['cyrus-repl', 'secret-of-the-pair']]);
const asset = (name: string): string =>
  readFileSync(new URL(`../../../../../assets/roles/store/${name}`, import.meta.url), 'utf8');
const rendered = (nodeId: string): ReadonlyMap<string, string> => {
  const values = storeProvision.values(situation(nodeId), secrets);
  return new Map(
    storeProvision.files.map((file) => [file.path, renderTemplate(asset(file.template), values)]),
  );
};
const settings = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('configuration of a store', () => {
  it('fills every place of every template', () => {
    for (const text of rendered('store1').values()) expect(text).not.toContain('{{');
  });

  it('gives the sync server the same settings without the two that must differ', () => {
    const main = settings(asset('imapd.conf'));
    const sync = settings(asset('imapd-syncserver.conf'));
    expect(main.filter((line) => !sync.includes(line))).toEqual([
      'sync_rightnow_channel: ""',
      'sync_timeout: 3s',
    ]);
    expect(sync.filter((line) => !main.includes(line))).toEqual(['sync_timeout: 30m']);
  });

  it('points each side at the other, by the banner and not by a bare connect', () => {
    const haproxy = rendered('store2').get('/etc/haproxy/haproxy.cfg') ?? '';
    expect(haproxy).toContain('server peer 10.78.0.31:2005 check inter 400ms fall 2 rise 4');
    expect(haproxy).toContain('tcp-check connect default');
  });

  it('says on which side a node is', () => {
    const facts = (nodeId: string) =>
      storeFileSchema.parse(JSON.parse(rendered(nodeId).get('/etc/mailyard/store.json') ?? ''));
    expect(facts('store1')).toEqual({ node: 'store1', cluster: 'store-a', side: 'active', peer: 'store2' });
    expect(facts('store2')).toMatchObject({ side: 'replica', peer: 'store1' });
  });

  it('keeps the password of the pair in files that are marked secret', () => {
    for (const file of storeProvision.files) {
      const holds = (rendered('store1').get(file.path) ?? '').includes('secret-of-the-pair');
      expect(holds, file.path).toBe(file.secret);
      if (file.secret) expect(file.mode & 0o007).toBe(0);
    }
  });

  it('has no server to copy to while the pair has one side', () => {
    const cluster = { ...situation('store1').cluster, nodes: ['store1'] };
    const values = storeValues(pairFleet, cluster, 'store1', secrets);
    expect(values['peerServer']).toMatch(/^#/);
  });

  it('refuses a third side, and an address that is a name', () => {
    const cluster = situation('store1').cluster;
    const three = { ...cluster, nodes: ['store1', 'store2', 'store3'] };
    expect(() => storeValues(pairFleet, three, 'store1', secrets)).toThrow('more than two sides');
    const named = {
      ...pairFleet,
      nodes: pairFleet.nodes.map((node) => ({ ...node, address: 'store.example' })),
    };
    expect(() => storeValues(named, cluster, 'store1', secrets)).toThrow('IPv4');
  });
});

describe('mailboxes of a pair', () => {
  it('are those of the mail map, in lower case, and the probe', () => {
    expect(mailboxesOf(pairFleet, 'store-a')).toEqual(['mailyard-probe@yard.test', 'ann@yard.test']);
    expect(probeMailbox({ ...pairFleet, mail: { domains: [], mailboxes: [] } })).toBeNull();
  });
});
