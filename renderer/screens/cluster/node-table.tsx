import type { ActionOffer, ClusterView, NodeView } from '../../../common/model/views.ts';
import { ActionRow } from '../../components/action-row.tsx';
import { KeyNumbers } from '../../components/key-number.tsx';
import { nodePart } from '../../components/node-part.ts';
import { NodeGlyph } from '../../components/state-glyph.tsx';
import { formatLasting } from '../../format/duration.ts';
import { formatAbsolute } from '../../format/time.ts';
import { nodeStateSaid } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { actionGate, viewStaleReason } from '../../stores/freshness.ts';
import { usePlace } from '../../stores/place.ts';
import { nodeTestId } from '../../test-ids.ts';

/** The cluster's servers as rows; why one cannot be taken out stands under its row, not in a tooltip. */
export function NodeTable({
  cluster,
  nodes,
}: {
  readonly cluster: ClusterView;
  readonly nodes: readonly NodeView[];
}) {
  return (
    <table className="node-table">
      <thead>
        <tr>
          <th scope="col">Server</th>
          <th scope="col">State</th>
          <th scope="col">Load</th>
          <th scope="col">Holds alone</th>
          <th scope="col">Version</th>
          <th scope="col">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      {nodes.map((node) => (
        <NodeRow key={node.id} cluster={cluster} node={node} />
      ))}
    </table>
  );
}

function NodeRow({ cluster, node }: { readonly cluster: ClusterView; readonly node: NodeView }) {
  const now = useNow();
  const go = usePlace((state) => state.go);
  const view = useFleet((state) => state.view ?? null);
  const { word, tone } = nodeStateSaid[node.state];
  const part = nodePart(node, cluster);
  const offers = node.actions.filter(
    (offer) => offer.clusterId === cluster.id && offer.action !== 'switchover',
  );
  const wholeViewIsStale = viewStaleReason(view, now) !== null;
  const rowReason = (offer: ActionOffer): string | null =>
    wholeViewIsStale ? null : (actionGate(view, node, offer, now)?.reason ?? null);
  const reason = firstReason(offers, rowReason);
  // What holds for the whole view is said once, above; a row says what holds for it alone.
  const said = [node.state === 'healthy' ? '' : node.sentence, reason ?? ''].filter((text) => text !== '');
  return (
    <tbody className={`tone-row-${tone}`}>
      <tr onClick={() => go({ screen: 'node', nodeId: node.id })}>
        <th scope="row">
          <button type="button" className="name" data-testid={nodeTestId(node.id)} data-state={node.state}>
            {node.id}
          </button>
          <span className="mono faint">{node.address}</span>
        </th>
        <td>
          <span className={`state tone-${tone}`}>
            <NodeGlyph state={node.state} dimmed={part.standby && node.state === 'healthy'} />
            {word}
            {part.word && <i>{part.word}</i>}
          </span>
          <time className="faint" title={formatAbsolute(node.sinceMs)}>
            {formatLasting(now - node.sinceMs)}
          </time>
        </td>
        <td>
          <KeyNumbers numbers={node.numbers} limit={2} />
        </td>
        <td>{node.holds.length > 0 ? node.holds.join(', ') : <span className="faint">nothing</span>}</td>
        <td className="mono dim">{node.agentVersion ?? <span className="faint">unknown</span>}</td>
        <td className="offers">
          {offers.map((offer) => (
            <ActionRow key={offer.action} offer={offer} node={node} compact />
          ))}
        </td>
      </tr>
      {said.length > 0 && (
        <tr className="why">
          <td colSpan={6}>{said.join(' ')}</td>
        </tr>
      )}
    </tbody>
  );
}

function firstReason(
  offers: readonly ActionOffer[],
  reasonOf: (offer: ActionOffer) => string | null,
): string | null {
  for (const offer of offers) {
    const reason = reasonOf(offer);
    if (reason !== null) return `${offer.label}: ${reason}`;
  }
  return null;
}
