import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createHostSampler, hostMetrics } from '../../../../common/roles/host-metrics.ts';

const fixture = (path: string): string | null => {
  try {
    return readFileSync(`test/fixtures/linux/${path.slice(1).replaceAll('/', '-')}-13.txt`, 'utf8');
  } catch {
    return null;
  }
};
const disk = async () => ({ totalBytes: 1000, freeBytes: 400, freeInodes: 50 });

test('a real Debian 13 node is read: every number is declared, and the basic ones are there', async () => {
  const samples = await createHostSampler({ readFile: async (path) => fixture(path) }, disk)();
  const declared = new Set(hostMetrics.map((spec) => spec.name));
  for (const name of Object.keys(samples)) expect(declared).toContain(name.replace(/\{.*$/, ''));
  expect(samples['node_cpu_cores']).toBe(2);
  expect(samples['node_memory_MemTotal_bytes']).toBeGreaterThan(1e9);
  expect(samples['node_cpu_seconds_total{mode="idle"}']).toBeGreaterThan(0);
  expect(samples['node_filesystem_avail_bytes{mountpoint="/"}']).toBe(400);
  expect(samples['node_network_receive_bytes_total{device="host0"}']).toBeGreaterThan(0);
  expect(Object.keys(samples)).not.toContain('node_network_receive_bytes_total{device="lo"}');
  expect(samples['node_netstat_Tcp_CurrEstab']).toBeGreaterThan(0);
});

test('what cannot be read is absent, not zero', async () => {
  const sampler = createHostSampler({ readFile: async () => null }, async () => {
    throw new Error('no such file system');
  });
  expect(await sampler()).toEqual({});
});
