/** What is wrong, from states and findings, each with since when; the worst and the oldest first. */
import type { Cluster, NodeEntry, NodeId } from '../../common/model/fleet.ts';
import type { LinkStatus } from '../../common/model/link.ts';
import type { Problem } from '../../common/model/problem.ts';
import type { Finding, RoleReading, Severity } from '../../common/model/reading.ts';
import type { Role } from '../../common/roles/role.ts';
import type { NodeDiagnosis } from './node-state.ts';

type UndatedProblem = Omit<Problem, 'sinceMs'>;

const severityOfState: Partial<Record<NodeDiagnosis['state'], { code: string; severity: Severity }>> = {
  failing: { code: 'NodeFailing', severity: 'critical' },
  unreachable: { code: 'NodeUnreachable', severity: 'critical' },
  suspect: { code: 'NodeSuspect', severity: 'warning' },
};

export function problemsOfNode(
  entry: NodeEntry,
  clusters: readonly Cluster[],
  link: LinkStatus,
  diagnosis: NodeDiagnosis,
  roles: readonly { readonly role: Role; readonly reading: RoleReading | null }[],
  crossFindings: readonly Finding[],
  seen: boolean,
): readonly UndatedProblem[] {
  if (entry.maintenance !== null) return [];
  const clusterId = clusters[0]?.id ?? null;
  const at = { nodeId: entry.id, clusterId };
  if (link.state === 'refused') {
    return [{ ...at, code: 'LinkRefused', severity: 'warning', message: `${entry.id}: ${link.reason}` }];
  }
  if (link.state === 'lost' && !seen) {
    return [
      { ...at, code: 'NeverReached', severity: 'warning', message: `${entry.id}: ${diagnosis.sentence}` },
    ];
  }
  const findings =
    link.state === 'live'
      ? [...roles.flatMap(({ reading }) => reading?.findings ?? []), ...crossFindings]
      : [];
  const found = findings
    .filter((finding) => finding.severity !== 'info')
    .map(
      (finding): UndatedProblem => ({
        ...at,
        code: finding.code,
        severity: finding.severity,
        message: `${entry.id}: ${finding.message}`,
      }),
    );
  const own = severityOfState[diagnosis.state];
  const told = findings.some((finding) => finding.message === diagnosis.sentence);
  return own && !told ? [{ ...at, ...own, message: `${entry.id}: ${diagnosis.sentence}` }, ...found] : found;
}

const order: readonly Severity[] = ['critical', 'warning', 'info'];

/** Remembers since when each problem is there, so that a screen can say it. */
export class ProblemLog {
  private readonly known = new Map<string, Map<string, number>>();

  /** All problems of one node, dated; those that ended are forgotten. */
  since(node: NodeId, problems: readonly UndatedProblem[], nowMs: number): readonly Problem[] {
    const before = this.known.get(node) ?? new Map<string, number>();
    const now = new Map<string, number>();
    const dated = problems.map((problem) => {
      const sinceMs = before.get(problem.code) ?? nowMs;
      now.set(problem.code, sinceMs);
      return { ...problem, sinceMs };
    });
    this.known.set(node, now);
    return dated;
  }

  ordered(problems: readonly Problem[]): readonly Problem[] {
    return [...problems].sort(
      (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.sinceMs - b.sinceMs,
    );
  }
}
