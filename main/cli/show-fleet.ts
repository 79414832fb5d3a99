/** The fleet, a node and runs as plain text. */
import type { NodeDetail } from '../../common/ipc/contract.ts';
import type { Plan, Run, RunSummary, StepState } from '../../common/model/run.ts';
import type { FleetView, KeyNumber, NodeView } from '../../common/model/views.ts';
import { textTable } from './text-table.ts';

export function fleetText(view: FleetView): string {
  const clusters = view.clusters.map((cluster) => [
    cluster.id,
    cluster.role,
    cluster.nodes.join(' ') || '(no servers)',
    cluster.verdict.words + (cluster.vip ? `; VIP ${vipText(cluster.vip)}` : ''),
  ]);
  const nodes = view.nodes.map((node) => [
    node.id,
    node.address,
    node.state,
    node.link.state,
    node.agentVersion ?? '-',
    [numbersText(node.numbers, view.atMs), node.sentence].filter((text) => text !== '').join('; '),
  ]);
  const parts = [
    `${view.name}${view.simulated ? ' (simulated)' : ''}: ${view.sentence}`,
    view.fileError ? `The fleet file is bad, the last good one is in use: ${view.fileError}` : '',
    view.selfSuspect ? `Do not trust this picture: ${view.selfSuspect}` : '',
    textTable(['CLUSTER', 'ROLE', 'SERVERS', 'VERDICT'], clusters),
    textTable(['SERVER', 'ADDRESS', 'STATE', 'LINK', 'AGENT', 'WHAT'], nodes),
    view.problems.length === 0
      ? ''
      : [
          'PROBLEMS',
          ...view.problems.map(
            (problem) =>
              `  ${problem.severity.padEnd(8)} ${problem.nodeId ?? problem.clusterId ?? ''}  ${problem.message}`,
          ),
        ].join('\n'),
    ...view.runs
      .filter((run) => run.may.includes('resume') || run.state === 'running')
      .slice(0, 5)
      .map((run) => `RUN ${run.id} ${run.state}: ${run.sentence}`),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function vipText(vip: { address: string; holders: readonly string[]; known: boolean }): string {
  if (!vip.known) return `${vip.address}, holder unknown`;
  if (vip.holders.length === 0) return `${vip.address} held by nobody`;
  return `${vip.address} on ${vip.holders.join(' and ')}`;
}

export function nodeText(node: NodeView, detail: NodeDetail | null): string {
  const lines = [
    `${node.id} (${node.address}): ${node.state}. ${node.sentence}`,
    `link: ${node.link.state}${node.link.reason ? `, ${node.link.reason}` : ''}; agent ${node.agentVersion ?? 'unknown'}`,
  ];
  if (node.holds.length > 0) lines.push(`holds: ${node.holds.join(', ')}`);
  const numbers = numbersText(node.numbers, Date.now());
  if (numbers) lines.push(numbers);
  if (detail?.facts) {
    const { osTitle, cpuCores, memoryMiB, diskFreeMiB, clockOffsetMs } = detail.facts;
    lines.push(
      `${osTitle}, ${cpuCores} cores, ${memoryMiB} MiB memory, ${diskFreeMiB} MiB free, clock ${clockOffsetMs} ms off`,
    );
  } else if (detail?.factsError) lines.push(`facts unknown: ${detail.factsError}`);
  lines.push(
    '',
    textTable(
      ['SERVICE', 'STATE', 'DETAIL'],
      node.services.map((one) => [one.unit, one.state, one.detail]),
    ),
  );
  for (const problem of node.problems) lines.push(`${problem.severity}: ${problem.message}`);
  for (const offer of node.actions) {
    lines.push(`${offer.label}: ${offer.blocker ? `not now: ${offer.blocker.message}` : 'can be done'}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A number that is older than three seconds carries its age. */
function numbersText(numbers: readonly KeyNumber[], nowMs: number): string {
  return numbers
    .map((one) => {
      const value = one.value === null ? 'unknown' : `${round(one.value)} ${one.unit}`;
      const ageSeconds = one.atMs === null ? 0 : Math.round((nowMs - one.atMs) / 1000);
      return `${one.label} ${value}${ageSeconds > 3 ? ` (${ageSeconds} s ago)` : ''}`;
    })
    .join(', ');
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}

export function planText(plan: Plan): string {
  const lines = [`${plan.title}`, ''];
  for (const [at, step] of plan.steps.entries()) {
    lines.push(
      `${String(at + 1).padStart(2)}. ${step.title}${step.undoable || step.changes === '' ? '' : ' (not undoable)'}`,
    );
    for (const command of step.commands) lines.push(`      ${command}`);
  }
  lines.push('', ...plan.blastRadius.map((sentence) => `* ${sentence}`));
  if (plan.blockers.length > 0) lines.push('', ...plan.blockers.map(blockerText));
  return `${lines.join('\n')}\n`;
}

export function blockerText(blocker: Plan['blockers'][number]): string {
  return `BLOCKED (${blocker.code}${blocker.overridable ? ', --override possible' : ''}): ${blocker.message}`;
}

export function runsText(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'Nothing was run yet.\n';
  return `${textTable(
    ['RUN', 'WHAT', 'STATE', 'STEPS', 'WHO', 'STARTED', 'MAY'],
    runs.map((run) => [
      ...[run.id, run.title, run.state, `${run.stepsDone}/${run.stepsTotal}`, run.operator],
      ...[new Date(run.startedAtMs).toISOString().slice(0, 19), run.may.join(' ') || '-'],
    ]),
  )}\n`;
}

const words: Record<StepState, string> = {
  ...{ will: 'will', now: 'now', done: 'done', already: 'was so', undoing: 'undoing', undone: 'undone' },
  ...{ failed: 'FAILED', unknown: 'UNKNOWN', 'not-reached': 'not reached' },
};

export function stepWord(state: StepState): string {
  return words[state];
}

export function runText(run: Run): string {
  const lines = [run.sentence, ''];
  for (const step of run.steps) {
    lines.push(`[${stepWord(step.state)}] ${step.title}`);
    if (step.before) lines.push(`    before: ${step.before}`);
    if (step.after) lines.push(`    after:  ${step.after}`);
    if (step.error) lines.push(`    error:  ${step.error}`);
  }
  if (run.may.length > 0)
    lines.push('', `may: ${run.may.join(', ')} (npm run cli -- ${run.may[0]} ${run.id})`);
  return `${lines.join('\n')}\n`;
}
