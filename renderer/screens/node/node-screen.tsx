import { ActionRow } from '../../components/action-row.tsx';
import { KeyNumberText } from '../../components/key-number.tsx';
import { ProblemList } from '../../components/problem-list.tsx';
import { NodeGlyph } from '../../components/state-glyph.tsx';
import { formatLasting } from '../../format/duration.ts';
import { formatAbsolute } from '../../format/time.ts';
import { nodeStateSaid } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import { Gone } from '../cluster/cluster-screen.tsx';
import { RecentRuns, RunningRuns } from '../fleet/run-lists.tsx';
import { Facts } from './facts.tsx';
import { LinkLine } from './link-line.tsx';
import { NodeCharts } from './node-charts.tsx';
import './node-screen.css';
import { Services } from './services.tsx';
import { useNodeDetail } from './use-node-detail.ts';

/** "What is wrong with this machine?" */
export function NodeScreen({ nodeId }: { readonly nodeId: string }) {
  const view = useFleet((state) => state.view);
  const now = useNow();
  const { detail, failure } = useNodeDetail(nodeId);
  const node = view?.nodes.find((one) => one.id === nodeId);
  if (!view || !node) return <Gone what={nodeId} />;
  const { word, tone } = nodeStateSaid[node.state];
  const runs = view.runs.filter((run) => run.nodeId === nodeId);
  return (
    <div className="screen node" data-testid={testIds.nodeScreen}>
      <main>
        <NodeTabs current={nodeId} />
        <header className="top">
          <div>
            <h1>
              <span className={`tone-${tone} big-glyph`}>
                <NodeGlyph state={node.state} size={16} />
              </span>
              {node.id}{' '}
              <span className={`state-word tone-${tone}`} data-testid={testIds.nodeState}>
                {word}
              </span>
              <time title={formatAbsolute(node.sinceMs)}>for {formatLasting(now - node.sinceMs)}</time>
            </h1>
            <p data-testid={testIds.nodeSentence} role="status">
              {node.sentence}
            </p>
            <LinkLine node={node} />
          </div>
          <div className="actions">
            {node.actions.map((offer) => (
              <ActionRow key={`${offer.action} ${offer.clusterId}`} offer={offer} node={node} />
            ))}
          </div>
        </header>
        {node.numbers.length > 0 && (
          <div className="key-numbers big">
            {node.numbers.map((number) => (
              <KeyNumberText key={number.label} number={number} />
            ))}
          </div>
        )}
        <NodeCharts node={node} metrics={detail?.metrics ?? null} runs={runs} />
        <Services node={node} detail={detail} failure={failure} />
      </main>
      <aside>
        <section>
          <h2>
            Problems <span>{node.problems.length}</span>
          </h2>
          <ProblemList problems={node.problems} empty="None." />
        </section>
        {node.holds.length > 0 && (
          <section>
            <h2>Holds alone</h2>
            <ul>
              {node.holds.map((held) => (
                <li key={held}>{held}</li>
              ))}
            </ul>
          </section>
        )}
        <RunningRuns runs={runs} />
        <RecentRuns runs={runs} limit={5} />
        <Facts node={node} detail={detail} />
      </aside>
    </div>
  );
}

function NodeTabs({ current }: { readonly current: string }) {
  const nodes = useFleet((state) => state.view?.nodes);
  const go = usePlace((state) => state.go);
  if (!nodes || nodes.length < 2 || nodes.length > 24) return null;
  return (
    <nav className="switcher" aria-label="Servers">
      {nodes.map((node) => (
        <button
          key={node.id}
          type="button"
          aria-current={node.id === current ? 'page' : undefined}
          aria-label={`${node.id}, ${node.state}`}
          className={`tone-${nodeStateSaid[node.state].tone}`}
          onClick={() => go({ screen: 'node', nodeId: node.id })}
        >
          <NodeGlyph state={node.state} size={8} />
          <span>{node.id}</span>
        </button>
      ))}
    </nav>
  );
}
