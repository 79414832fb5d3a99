/** The dialog's sentences about now, from the view; pure, so that each can be tested. */
import type { Plan } from '../../../common/model/run.ts';
import type { ClusterView, FleetView } from '../../../common/model/views.ts';
import { formatAgo } from '../../format/duration.ts';
import { formatNumber, inWords } from '../../format/number.ts';

/** Who holds it, who agrees, who was not heard. */
export function believed(
  view: FleetView | null,
  cluster: ClusterView | null,
  nowMs: number,
): readonly string[] {
  if (!view || !cluster) return [];
  const sentences: string[] = [];
  if (cluster.vip) {
    const { address, holders, known } = cluster.vip;
    if (!known) sentences.push(`It is not known who holds ${address}.`);
    else if (holders.length === 0)
      sentences.push(`Nobody holds ${address} now: mail cannot come in through it.`);
    else if (holders.length === 1) sentences.push(`${holders[0]} holds ${address}.`);
    else sentences.push(`${holders.join(' and ')} hold ${address} at the same time.`);
  }
  const members = view.nodes.filter((node) => cluster.nodes.includes(node.id));
  const heard = members.filter((node) => node.link.state === 'live');
  const silent = members.filter((node) => node.link.state !== 'live');
  if (heard.length > 0) {
    sentences.push(
      `${heard.map((node) => node.id).join(' and ')} ${heard.length === 1 ? 'says' : 'say'} so, heard within the last seconds.`,
    );
  }
  for (const node of silent) {
    const last =
      node.observedAtMs === null
        ? 'has never been heard'
        : `was last heard ${formatAgo(nowMs - node.observedAtMs)}`;
    sentences.push(`${node.id} ${last}; what it does now is not known.`);
  }
  for (const node of members) {
    if (node.state !== 'healthy' && node.link.state === 'live')
      sentences.push(`${node.id} is ${node.state}: ${node.sentence}`);
  }
  return sentences;
}

/** Planned: the old one is asked and observed to let go. It is not fenced, and that is said. */
export function keptFromReturning(plan: Plan, cluster: ClusterView | null): readonly string[] {
  const holder = cluster?.vip?.holders[0];
  const first = holder
    ? `${holder} is asked to let go, and seen to have let go, before this is called done.`
    : 'The old one is asked to let go, and seen to have let go.';
  const undoable = plan.steps.filter((step) => step.changes !== '').every((step) => step.undoable);
  return [
    first,
    'It is a planned handover: the old one runs on as standby and is not powered off.',
    undoable ? 'Undo moves it back.' : 'Not every step can be undone by itself; the steps below say which.',
  ];
}

/** What goes over, and how far behind the one that takes it is. */
export function whatMoves(plan: Plan, cluster: ClusterView | null, nowMs: number): readonly string[] {
  const others = cluster?.nodes.filter((id) => !cluster.vip?.holders.includes(id)) ?? [];
  const to = plan.nodeId ?? (others.length === 1 ? others[0] : undefined) ?? 'the other one';
  if (cluster?.vip) {
    return [
      `The address ${cluster.vip.address.split('/')[0]} goes to ${to}.`,
      'The entrance keeps no mail: nothing that was accepted can be lost by this.',
    ];
  }
  const lag = cluster?.numbers.find((number) => /lag|behind|backlog/i.test(number.label)) ?? null;
  if (!lag || lag.value === null || lag.atMs === null) {
    return [`${to} takes over. How far behind it is, is not known now.`];
  }
  const said = inWords(formatNumber(lag.value, lag.unit));
  return [
    lag.value === 0
      ? `${to} takes over and is not behind, measured ${formatAgo(nowMs - lag.atMs)}.`
      : `${to} takes over and is ${said} behind, measured ${formatAgo(nowMs - lag.atMs)}; it catches up first.`,
  ];
}
