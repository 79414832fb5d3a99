import type { ClusterView, FleetView } from '../../../common/model/views.ts';

/** 0 the entrance, 1 what takes and gives mail, 2 where it rests. Roles to come are known by name already. */
const columns: Readonly<Record<string, number>> = {
  edge: 0,
  mx: 1,
  submission: 1,
  imap: 1,
  webmail: 1,
  store: 2,
  directory: 2,
  metrics: 2,
};

export function columnOf(role: string): number {
  return columns[role] ?? 1;
}

export const entrances = [
  { who: 'the world', what: 'sends mail' },
  { who: 'customers', what: 'read it' },
] as const;

export interface FlowLink {
  readonly from: string;
  readonly to: string;
  /** Drawn as a warning: one of its ends does not carry its part. */
  readonly troubled: boolean;
}

/** Who hands mail to whom, as lines between cards; ids, or the names of who stands outside. */
export function flowLinks(view: FleetView): readonly FlowLink[] {
  const of = (...roles: string[]): readonly ClusterView[] =>
    view.clusters.filter((cluster) => roles.includes(cluster.role));
  const link = (from: string, to: ClusterView): FlowLink => ({
    from,
    to: to.id,
    troubled: to.verdict.level === 'failing',
  });
  const edges = of('edge');
  const fronts = of('mx', 'submission', 'imap', 'webmail');
  const stores = of('store');
  const entry = edges.length > 0 ? edges : fronts.length > 0 ? fronts : stores;
  return [
    ...entry.flatMap((cluster) => entrances.map(({ who }) => link(who, cluster))),
    ...edges.flatMap((edge) => fronts.map((front) => link(edge.id, front))),
    ...of('mx', 'imap').flatMap((front) => stores.map((store) => link(front.id, store))),
    // Without a proxy of its own, reading goes from the entrance straight to the store.
    ...(of('imap').length === 0 ? edges.flatMap((edge) => stores.map((store) => link(edge.id, store))) : []),
  ];
}
