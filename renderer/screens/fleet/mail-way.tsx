import type { ClusterView, FleetView } from '../../../common/model/views.ts';
import { ClusterCard } from './cluster-card.tsx';
import { FlowLines } from './flow-lines.tsx';
import { columnOf, entrances } from './way-columns.ts';

/** The fleet as the way of the mail: from outside, through the entrance, to where it rests. */
export function MailWay({ view }: { readonly view: FleetView }) {
  const columns: ClusterView[][] = [[], [], []];
  for (const cluster of view.clusters) columns[columnOf(cluster.role)]?.push(cluster);
  const used = columns.filter((column) => column.length > 0);
  return (
    <section className="mail-way" aria-label="The way of the mail" data-columns={used.length}>
      <FlowLines view={view} />
      <div className="way-column outside" aria-hidden="true">
        {entrances.map(({ who, what }) => (
          <div key={who} className="way-outside" data-way={who}>
            {who}
            <small>{what}</small>
          </div>
        ))}
      </div>
      {used.map((column) => (
        <div className="way-column" key={column[0]?.id}>
          {column.map((cluster) => (
            <ClusterCard key={cluster.id} cluster={cluster} nodes={view.nodes} />
          ))}
        </div>
      ))}
    </section>
  );
}
