import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../common/model/host-facts.ts';
import type { Role } from '../../../common/roles/role.ts';
import { withCandidate } from '../../../main/runbooks/provision/candidate.ts';
import { checkBlockers, requirementChecks } from '../../../main/runbooks/provision/requirement-checks.ts';
import { fleetForTests } from './world.ts';

const role = {
  ...{ id: 'mx', title: 'MX' },
  requirements: { debian: 13, cpuCores: 1, memoryMiB: 1024, diskMiB: 2048, ports: [25] },
} as unknown as Role;

const good: HostFacts = {
  ...{ hostname: 'mx3', osId: 'debian', osVersion: '13', osTitle: 'Debian GNU/Linux 13 (trixie)' },
  ...{ kernel: '6.12', architecture: 'x86_64', cpuCores: 2, memoryMiB: 2048, diskFreeMiB: 9000 },
  ...{ diskTotalMiB: 10000, clockOffsetMs: 3, listeningPorts: [22], uptimeSeconds: 60 },
};
const mx3 = { nodeId: 'mx3', address: '192.0.2.3', port: 22, clusterId: 'mx' };

const states = (facts: Partial<HostFacts>, candidate = mx3, roles: string[] = []) =>
  Object.fromEntries(
    requirementChecks(role, { ...good, ...facts }, candidate, fleetForTests, { roles })
      .filter((check) => check.state !== 'ok')
      .map((check) => [check.code, check.state]),
  );

describe('what a server needs', () => {
  it.each<[string, Partial<HostFacts>, Record<string, string>]>([
    ['a good one', {}, {}],
    ['Debian 12', { osVersion: '12', osTitle: 'Debian GNU/Linux 12 (bookworm)' }, { debian: 'failed' }],
    ['Ubuntu', { osId: 'ubuntu', osVersion: '24.04' }, { debian: 'failed' }],
    ['little memory', { memoryMiB: 512 }, { memory: 'failed' }],
    ['the 1 GiB that a kernel has eaten from', { memoryMiB: 965 }, {}],
    ['a full disk', { diskFreeMiB: 100 }, { disk: 'failed' }],
    ['a clock that is a little off', { clockOffsetMs: -900 }, { clock: 'warning' }],
    ['a clock that is far off', { clockOffsetMs: 90_000 }, { clock: 'failed' }],
    ['a taken port', { listeningPorts: [22, 25] }, { ports: 'failed' }],
    ['another host name', { hostname: 'debian' }, { name: 'warning' }],
  ])('%s', (_what, facts, expected) => {
    expect(states(facts)).toEqual(expected);
  });

  it('takes a port that an earlier try of ours uses as a warning', () => {
    expect(states({ listeningPorts: [25] }, mx3, ['mx'])).toEqual({ ports: 'warning' });
  });

  it('refuses a name or an address that the fleet has already', () => {
    expect(states({ hostname: 'mx1' }, { ...mx3, nodeId: 'mx1' })).toEqual({ name: 'failed' });
    expect(states({}, { ...mx3, address: 'edge1.test' })).toEqual({ address: 'failed' });
  });

  it('says for every failure what would mend it', () => {
    const failing = {
      ...{ osVersion: '12', cpuCores: 0, memoryMiB: 1, diskFreeMiB: 1, clockOffsetMs: 1e6 },
      listeningPorts: [25],
    };
    const checks = requirementChecks(role, { ...good, ...failing }, mx3, fleetForTests);
    const failed = checks.filter((check) => check.state === 'failed');
    expect(failed.map((check) => check.code)).toEqual(['debian', 'cpu', 'memory', 'disk', 'clock', 'ports']);
    for (const check of failed) expect(check.mend).not.toBe('');
    expect(checkBlockers(checks)).toHaveLength(6);
  });
});

describe('the fleet that is to be', () => {
  it('has the new server in its cluster, once', () => {
    const params = { runbook: 'provision', failureDomain: null, ...mx3 } as const;
    const once = withCandidate(fleetForTests, params);
    expect(once.clusters[0]?.nodes).toEqual(['mx1', 'mx2', 'mx3']);
    expect(withCandidate(once, params)).toEqual(once);
    expect(fleetForTests.clusters[0]?.nodes).toEqual(['mx1', 'mx2']);
  });
});
