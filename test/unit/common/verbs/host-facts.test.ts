import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseHostFacts, withClockOffset } from '../../../../common/verbs/host-facts.ts';

const fixture = (name: string): string => readFileSync(`test/fixtures/linux/${name}`, 'utf8');

const texts = {
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n',
  hostname: 'mx3\n',
  kernel: '6.1.0-31-amd64\n',
  architecture: 'x86_64\n',
  cpus: '4\n',
  meminfo: fixture('proc-meminfo-13.txt'),
  df: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 20480000 1024000 10240000 10% /\n',
  tcp:
    '  sl  local_address rem_address   st\n' +
    '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n' +
    '   1: 0100007F:0035 0100007F:A0B1 01 00000000:00000000 00:00000000 00000000     0\n',
  tcp6: '   0: 00000000000000000000000000000000:0019 00000000000000000000000000000000:0000 0A 00000000:00000000\n',
  uptime: '4235.15 6927.82\n',
  nowMs: '1795465369156\n',
};

test('what a server is, is read from what every Linux tells', () => {
  expect(parseHostFacts(texts)).toMatchObject({
    ...{ hostname: 'mx3', osId: 'debian', osVersion: '12', osTitle: 'Debian GNU/Linux 12 (bookworm)' },
    ...{ cpuCores: 4, diskFreeMiB: 10_000, diskTotalMiB: 20_000, uptimeSeconds: 4235 },
    listeningPorts: [22, 25],
  });
  expect(parseHostFacts(texts).memoryMiB).toBeGreaterThan(1000);
});

test('a server that says nothing has no facts, and does not break the console', () => {
  expect(parseHostFacts({})).toMatchObject({
    hostname: '',
    osId: 'unknown',
    cpuCores: 0,
    listeningPorts: [],
  });
});

test('the clock’s offset is against the middle of asking and hearing', () => {
  const facts = withClockOffset({ ...parseHostFacts(texts), nowMs: 10_500 }, 10_000, 10_200);
  expect(facts.clockOffsetMs).toBe(400);
  expect(facts).not.toHaveProperty('nowMs');
});
