/** The dialog's sentences about now, from the view; pure, so that each can be tested. */
import type { Plan } from '../../../common/model/run.ts';
import type { ClusterView, FleetView } from '../../../common/model/views.ts';
import { formatAgo } from '../../format/duration.ts';

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
