/**
 * What state a node is in, decided from what is known and nothing else.
 *
 * The order of the questions matters: what we cannot see is never called
 * healthy, and "I cannot see it" is never called dead. A drained node whose
 * Postfix is stopped is drained, not failing: its intent says so.
 */
import type { NodeEntry } from '../../common/model/fleet.ts';
import type { LinkStatus } from '../../common/model/link.ts';
import type { Finding, RoleReading, ServiceReading } from '../../common/model/reading.ts';
import type { NodeState } from '../../common/model/views.ts';
import type { Role } from '../../common/roles/role.ts';

export interface NodeEvidence {
  readonly entry: NodeEntry;
  readonly link: LinkStatus;
  /** The link has been live since the console started. */
  readonly seen: boolean;
  /** The roles that the fleet file gives this node, each with what its probe said last. */
  readonly roles: readonly { readonly role: Role; readonly reading: RoleReading | null }[];
  /** What only several nodes together show. */
  readonly crossFindings: readonly Finding[];
}

export interface NodeDiagnosis {
  readonly state: NodeState;
  readonly sentence: string;
}

export function diagnoseNode(evidence: NodeEvidence): NodeDiagnosis {
  if (evidence.entry.maintenance !== null) {
    return { state: 'maintenance', sentence: `In maintenance: ${evidence.entry.maintenance}.` };
  }
  return (
    unseen(evidence) ??
    worst(evidence.roles.map(({ role, reading }) => diagnoseRole(role, reading, evidence)))
  );
}

function unseen({ link, seen }: NodeEvidence): NodeDiagnosis | null {
  switch (link.state) {
    case 'live':
      return null;
    case 'suspect':
      return { state: 'suspect', sentence: `Three heartbeats missed; it may hang. ${link.reason}`.trim() };
    case 'lost':
      return {
        state: 'unreachable',
        sentence: `This console cannot reach it: ${sentence(link.reason)} Whether it serves is not known.`,
      };
    case 'refused':
      return { state: 'unknown', sentence: `Not connected: ${sentence(link.reason)}` };
    case 'connecting':
    case 'syncing':
      return seen
        ? { state: 'unreachable', sentence: 'The connection was lost; trying again.' }
        : { state: 'unknown', sentence: 'Connecting.' };
    case 'idle':
      return { state: 'unknown', sentence: 'Not connected yet.' };
  }
}

function diagnoseRole(role: Role, reading: RoleReading | null, evidence: NodeEvidence): NodeDiagnosis {
  if (!reading) {
    return {
      state: 'unknown',
      sentence: `Its agent reports nothing of ${role.id}; it may not be provisioned yet.`,
    };
  }
  switch (reading.serving) {
    case 'draining':
      return { state: 'draining', sentence: `${role.title} is being drained.` };
    case 'drained':
      return { state: 'drained', sentence: `${role.title} is drained: it takes no new work.` };
    case 'joining':
      return { state: 'joining', sentence: `${role.title} is joining; it takes no work yet.` };
    case 'unknown':
      return { state: 'unknown', sentence: `Its agent cannot tell whether ${role.title} serves.` };
    case 'stopped':
      return { state: 'failing', sentence: stopped(role, reading.services) };
    case 'serving':
      return serving(role, reading, evidence.crossFindings);
  }
}

function stopped(role: Role, services: readonly ServiceReading[]): string {
  const down = services
    .filter((service) => service.state !== 'running')
    .map((service) => `${service.unit} ${service.state}`);
  return down.length > 0
    ? `${role.title} does not serve and was not drained: ${down.join(', ')}.`
    : `${role.title} does not serve and was not drained.`;
}

function serving(role: Role, reading: RoleReading, crossFindings: readonly Finding[]): NodeDiagnosis {
  const essential = new Set(
    role.services.filter((service) => service.essential).map((service) => service.unit),
  );
  const down = reading.services.filter(
    (service) => service.state === 'stopped' || service.state === 'failed',
  );
  const broken = down.find((service) => essential.has(service.unit));
  if (broken)
    return { state: 'failing', sentence: `${broken.unit} is ${broken.state}. ${broken.detail}`.trim() };
  const findings = [...reading.findings, ...crossFindings];
  const critical = findings.find((finding) => finding.severity === 'critical');
  if (critical) return { state: 'failing', sentence: critical.message };
  const warning = findings.find((finding) => finding.severity === 'warning');
  if (warning) return { state: 'degraded', sentence: warning.message };
  const limping = down[0];
  if (limping)
    return { state: 'degraded', sentence: `${limping.unit} is ${limping.state}. ${limping.detail}`.trim() };
  return { state: 'healthy', sentence: `${role.title} serves.` };
}

const byGravity: readonly NodeState[] = [
  'failing',
  'unreachable',
  'suspect',
  'unknown',
  'degraded',
  'draining',
  'joining',
  'drained',
  'maintenance',
  'healthy',
];

function worst(diagnoses: readonly NodeDiagnosis[]): NodeDiagnosis {
  const [first] = [...diagnoses].sort((a, b) => byGravity.indexOf(a.state) - byGravity.indexOf(b.state));
  return first ?? { state: 'unknown', sentence: 'The fleet file gives it no role.' };
}

/** Reasons come with and without their full stop. */
function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
