import type { ClusterView, NodeView } from '../../../common/model/views.ts';
import { KeyNumbers } from '../../components/key-number.tsx';
import { NodeCell } from '../../components/node-cell.tsx';
import { VerdictGlyph } from '../../components/state-glyph.tsx';
import { verdictTone, withoutName } from '../../format/words.ts';
import { Sparkline } from '../../panels/sparkline.tsx';
import { TileMap } from '../../panels/tile-map.tsx';
import { usePlace } from '../../stores/place.ts';
import { clusterTestId } from '../../test-ids.ts';
import './cluster-card.css';

/** Beyond this many the cells become one canvas. */
const mostCells = 24;

export function ClusterCard({
  cluster,
  nodes,
}: {
  readonly cluster: ClusterView;
  readonly nodes: readonly NodeView[];
}) {
  const go = usePlace((state) => state.go);
  const members = cluster.nodes.flatMap((id) => nodes.find((node) => node.id === id) ?? []);
  const tone = verdictTone[cluster.verdict.level];
  const first = cluster.numbers[0];
  const openNode = (nodeId: string): void => go({ screen: 'node', nodeId });
  return (
    <section className={`cluster-card is-${tone}`} data-way={cluster.id} aria-label={cluster.verdict.words}>
      <header>
        <button
          type="button"
          className="open"
          data-testid={clusterTestId(cluster.id)}
          data-level={cluster.verdict.level}
          onClick={() => go({ screen: 'cluster', clusterId: cluster.id })}
        >
          {cluster.id}
        </button>
        <span className={`verdict tone-${tone}`}>
          <VerdictGlyph level={cluster.verdict.level} />
          {shortVerdict(cluster)}
        </span>
      </header>
      {members.length === 0 ? (
        <p className="none">No server yet.</p>
      ) : members.length > mostCells ? (
        <TileMap nodes={members} onOpen={openNode} />
      ) : (
        <div className="cells">
          {members.map((node) => (
            <NodeCell key={node.id} node={node} cluster={cluster} onOpen={openNode} />
          ))}
        </div>
      )}
      {cluster.vip && <Entrance vip={cluster.vip} />}
      <KeyNumbers numbers={cluster.numbers} />
      {first && <Sparkline owner={cluster.id} label={first.label} />}
    </section>
  );
}

function Entrance({ vip }: { readonly vip: NonNullable<ClusterView['vip']> }) {
  const address = vip.address.split('/')[0];
  if (!vip.known) return <p className="entrance tone-warn">{address}: who holds it is not known</p>;
  if (vip.holders.length === 0) return <p className="entrance tone-bad">{address}: nobody holds it</p>;
  if (vip.holders.length > 1) {
    return (
      <p className="entrance tone-bad">
        {address}: held by {vip.holders.join(' and ')} at once
      </p>
    );
  }
  return (
    <p className="entrance">
      <span className="mono">{address}</span> on {vip.holders[0]}
    </p>
  );
}

/** "redundant, tolerates 1 loss": the tick says the first word already. */
function shortVerdict(cluster: ClusterView): string {
  const words = withoutName(cluster.verdict.words, cluster.id);
  return cluster.verdict.level === 'redundant' ? words.replace(/^redundant, /, '') : words;
}
