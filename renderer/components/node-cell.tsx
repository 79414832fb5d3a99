import type { ClusterView, NodeView } from '../../common/model/views.ts';
import { nodeStateSaid } from '../format/words.ts';
import { nodeTestId } from '../test-ids.ts';
import './node-cell.css';
import { nodePart } from './node-part.ts';
import { NodeGlyph } from './state-glyph.tsx';

interface Props {
  readonly node: NodeView;
  readonly cluster: ClusterView;
  readonly onOpen: (nodeId: string) => void;
}

/** One server: its shape, its name, and a word where the word tells more than "healthy". */
export function NodeCell({ node, cluster, onOpen }: Props) {
  const { word, tone } = nodeStateSaid[node.state];
  const part = nodePart(node, cluster);
  // Who stands by is dimmed; the word is for the one in front.
  const said = node.state === 'healthy' ? (part.standby ? '' : part.word) : word;
  return (
    <button
      type="button"
      className={`node-cell is-${node.state} tone-${tone}`}
      data-testid={nodeTestId(node.id)}
      data-state={node.state}
      title={node.sentence}
      onClick={() => onOpen(node.id)}
    >
      <NodeGlyph state={node.state} dimmed={part.standby && node.state === 'healthy'} />
      <b>{node.id}</b>
      {said && <span>{said}</span>}
      <span className="sr-only">
        {[said === word ? part.word : word, node.sentence].filter(Boolean).join('. ')}
      </span>
    </button>
  );
}
