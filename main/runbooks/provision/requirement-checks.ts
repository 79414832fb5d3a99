/** What a server is against what a role needs: each failure says what would mend it. Pure. */
import { type Fleet, nodeOf } from '../../../common/model/fleet.ts';
import type { HostFacts, RequirementCheck } from '../../../common/model/host-facts.ts';
import type { Blocker } from '../../../common/model/problem.ts';
import type { Role } from '../../../common/roles/role.ts';

export interface Candidate {
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
  readonly clusterId: string;
}

/** What was found there of an earlier try. */
export interface EarlierSetup {
  /** Roles that an agent of ours has been given on it; empty on a bare server. */
  readonly roles: readonly string[];
}

/** A machine sold as 1 GiB shows less: the kernel takes its part before it counts. */
const memorySlack = 0.9;
const clockWarningMs = 500;
const clockFailedMs = 5000;

export function requirementChecks(
  role: Role,
  facts: HostFacts,
  candidate: Candidate,
  fleet: Fleet,
  earlier: EarlierSetup = { roles: [] },
): readonly RequirementCheck[] {
  const needs = role.requirements;
  return [
    ...nameChecks(facts, candidate, fleet),
    release(facts, needs.debian, role.title),
    amount('cpu', 'Processor cores', facts.cpuCores, needs.cpuCores, 'cores', 'Give the machine more cores.'),
    amount(
      'memory',
      'Memory',
      facts.memoryMiB,
      needs.memoryMiB,
      'MiB',
      'Give the machine more memory.',
      memorySlack,
    ),
    amount(
      'disk',
      'Free space on /',
      facts.diskFreeMiB,
      needs.diskMiB,
      'MiB',
      'Free space on it (apt-get clean, old kernels, old logs), or give it a larger disk.',
    ),
    clock(facts),
    ports(facts, needs.ports, earlier.roles.includes(role.id)),
  ];
}

/** Failed checks, as reasons not to begin. */
export function checkBlockers(checks: readonly RequirementCheck[]): readonly Blocker[] {
  return checks
    .filter((check) => check.state === 'failed')
    .map((check) => ({
      code: `requirement-${check.code}`,
      message: `${check.title}: ${check.detail}. ${check.mend}`,
      overridable: false,
    }));
}

function ok(code: string, title: string, detail: string): RequirementCheck {
  return { code, title, state: 'ok', detail, mend: '' };
}

function nameChecks(facts: HostFacts, candidate: Candidate, fleet: Fleet): readonly RequirementCheck[] {
  const { nodeId, address, port, clusterId } = candidate;
  const title = 'Name and address';
  const twin = fleet.nodes.find(
    (node) => node.address === address && node.port === port && node.id !== nodeId,
  );
  if (twin) {
    return [
      {
        ...{
          code: 'address',
          title,
          state: 'failed',
          detail: `${address} is already ${twin.id} in this fleet`,
        },
        mend: `Give the address of another server, or use ${twin.id}.`,
      },
    ];
  }
  const known = nodeOf(fleet, nodeId);
  if (known && (known.address !== address || known.port !== port)) {
    return [
      {
        ...{ code: 'name', title, state: 'failed' },
        detail: `the fleet has a ${nodeId} already, at ${known.address}`,
        mend: 'Choose a name that is not taken.',
      },
    ];
  }
  const cluster = fleet.clusters.find((one) => one.id === clusterId);
  if (cluster?.role === 'store' && !cluster.nodes.includes(nodeId) && cluster.nodes.length >= 2) {
    return [
      {
        ...{ code: 'pair', title, state: 'failed' },
        detail: `${clusterId} is a pair and has both its servers (${cluster.nodes.join(', ')})`,
        mend: 'Add the server to another store cluster.',
      },
    ];
  }
  if (facts.hostname !== nodeId && facts.hostname.split('.')[0] !== nodeId) {
    return [
      {
        ...{ code: 'name', title, state: 'warning' },
        detail: `it calls itself ${facts.hostname}, the fleet will call it ${nodeId}`,
        mend: `hostnamectl set-hostname ${nodeId} makes logs easier to read.`,
      },
    ];
  }
  return [ok('name', title, `${nodeId} at ${address}`)];
}

function release(facts: HostFacts, needed: number, roleTitle: string): RequirementCheck {
  const title = 'Debian release';
  const detail = `${facts.osTitle}, needs Debian ${needed}`;
  if (facts.osId === 'debian' && Number.parseInt(facts.osVersion, 10) === needed) {
    return ok('debian', title, detail);
  }
  const older = facts.osId === 'debian' && Number.parseInt(facts.osVersion, 10) < needed;
  return {
    ...{ code: 'debian', title, state: 'failed', detail },
    mend: older
      ? `The configuration of ${roleTitle} is written for the programs of Debian ${needed}; those of ${facts.osVersion} are older and differ. Upgrade the server to Debian ${needed} first, or install it anew.`
      : `Install Debian ${needed} on it.`,
  };
}

function amount(
  code: string,
  title: string,
  has: number,
  needs: number,
  unit: string,
  mend: string,
  slack = 1,
): RequirementCheck {
  const detail = `${has} ${unit}, needs ${needs}`;
  return has >= needs * slack ? ok(code, title, detail) : { code, title, state: 'failed', detail, mend };
}

function clock({ clockOffsetMs }: HostFacts): RequirementCheck {
  const title = 'Clock';
  const off = Math.abs(clockOffsetMs);
  const seconds = (off / 1000).toFixed(off < 10_000 ? 1 : 0);
  const detail = `${seconds} s ${clockOffsetMs < 0 ? 'behind' : 'ahead of'} this computer`;
  const mend = 'Let it keep time by NTP (timedatectl set-ntp true), and look at this computer’s clock, too.';
  if (off >= clockFailedMs) return { code: 'clock', title, state: 'failed', detail, mend };
  if (off >= clockWarningMs) return { code: 'clock', title, state: 'warning', detail, mend };
  return ok('clock', title, off < 50 ? 'agrees with this computer' : detail);
}

function ports(facts: HostFacts, needed: readonly number[], ours: boolean): RequirementCheck {
  const title = 'Ports';
  const taken = needed.filter((port) => facts.listeningPorts.includes(port));
  if (taken.length === 0) {
    return ok('ports', title, needed.length === 0 ? 'needs none' : `${needed.join(', ')} are free`);
  }
  const detail = `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} in use`;
  return ours
    ? {
        code: 'ports',
        title,
        state: 'warning',
        detail: `${detail} by an earlier setup of this role`,
        mend: '',
      }
    : {
        ...{ code: 'ports', title, state: 'failed', detail },
        mend: `See who listens (ss -ltnp) and remove that program; a Mailyard server runs nothing else on ${taken.length === 1 ? 'it' : 'them'}.`,
      };
}
