import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFibTrie, parseIfInet6 } from '../../../agent/host/node-addresses.ts';
import { parseSystemctlShow } from '../../../agent/host/unit-watch.ts';

const fixture = (name: string): string => readFileSync(`test/fixtures/linux/${name}`, 'utf8');

test('the node’s own addresses are found in the routing tree, a VIP among them', () => {
  expect([...parseFibTrie(fixture('fib_trie-13.txt'))].sort()).toEqual(['10.78.0.10', '10.78.0.100']);
});

test('IPv6 addresses are told without the loopback and the link-local ones', () => {
  const text =
    '00000000000000000000000000000001 01 80 10 80       lo\n' +
    'fe800000000000000000000000000001 02 40 20 80    host0\n' +
    '20010db8000000000000000000000010 02 40 00 80    host0\n';
  expect(parseIfInet6(text)).toEqual(['2001:db8:0:0:0:0:0:10']);
});

test('units are told by the names they were asked for, also when systemd knows them by another', () => {
  const found = parseSystemctlShow(fixture('systemctl-show-13.txt'), ['ssh.service', 'not-there.service']);
  expect(found.get('ssh.service')).toMatchObject({ activeState: 'active', subState: 'running' });
  expect(found.get('ssh.service')?.sinceMs).toBeGreaterThan(1_700_000_000_000);
  expect(found.get('not-there.service')).toEqual({
    activeState: 'inactive',
    subState: 'dead',
    sinceMs: null,
  });
});
