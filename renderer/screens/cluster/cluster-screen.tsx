import type { ActionOffer, ClusterView } from '../../../common/model/views.ts';
import { ActionRow } from '../../components/action-row.tsx';
import { KeyNumberText } from '../../components/key-number.tsx';
import { ProblemList } from '../../components/problem-list.tsx';
import { VerdictGlyph } from '../../components/state-glyph.tsx';
import { headline, verdictTone, withoutName } from '../../format/words.ts';
import { Sparkline } from '../../panels/sparkline.tsx';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import { RecentRuns, RunningRuns } from '../fleet/run-lists.tsx';
import './cluster-screen.css';
import { NodeTable } from './node-table.tsx';

/** "Can I take one out?" */
export function ClusterScreen({ clusterId }: { readonly clusterId: string }) {
  const view = useFleet((state) => state.view);
  const cluster = view?.clusters.find((one) => one.id === clusterId);
  if (!view || !cluster) return <Gone what={clusterId} />;
  const tone = verdictTone[cluster.verdict.level];
  const members = cluster.nodes.flatMap((id) => view.nodes.find((node) => node.id === id) ?? []);
  const problems = view.problems.filter(
    (problem) =>
      problem.clusterId === cluster.id || (problem.nodeId !== null && cluster.nodes.includes(problem.nodeId)),
  );
  const { first, rest } = headline(capital(withoutName(cluster.verdict.words, cluster.id)));
  const runs = view.runs.filter((run) => run.clusterId === cluster.id);
  return (
    <div className="screen cluster" data-testid={testIds.clusterScreen}>
      <main>
        <ClusterTabs current={clusterId} />
        <header className="top">
          <div>
            <h1>{cluster.title}</h1>
            <p className={`verdict-line tone-${tone}`} data-testid={testIds.clusterVerdict} role="status">
              <VerdictGlyph level={cluster.verdict.level} size={12} />
              <b>{first}</b> {rest}
            </p>
          </div>
          <div className="tolerates" title="How many more servers may be lost before mail stops or waits">
            <b>{cluster.verdict.tolerates ?? '?'}</b>
            <span>
              more may
              <br />
              be lost
            </span>
          </div>
        </header>
        {cluster.numbers.length > 0 && (
          <div className="number-strip">
            {cluster.numbers.map((number) => (
              <div key={number.label}>
                <KeyNumberText number={number} />
                <Sparkline owner={cluster.id} label={number.label} spanMs={10 * 60_000} />
              </div>
            ))}
          </div>
        )}
        {members.length === 0 ? (
          <p className="dim">
            No server is in this cluster yet. Add one: the plan is shown before anything is done.
          </p>
        ) : (
          <NodeTable cluster={cluster} nodes={members} />
        )}
      </main>
      <aside>
        <section>
          <h2>What can be done</h2>
          <div className="stack" style={{ gap: 12 }}>
            {withAddServer(cluster).map((offer) => (
              <ActionRow key={offer.action} offer={offer} node={null} />
            ))}
          </div>
        </section>
        <section>
          <h2>
            Problems <span>{problems.length}</span>
          </h2>
          <ProblemList problems={problems} empty="None." />
        </section>
        <RunningRuns runs={runs} />
        <RecentRuns runs={runs} />
      </aside>
    </div>
  );
}

function ClusterTabs({ current }: { readonly current: string }) {
  const clusters = useFleet((state) => state.view?.clusters);
  const go = usePlace((state) => state.go);
  if (!clusters || clusters.length < 2) return null;
  return (
    <nav className="switcher" aria-label="Clusters">
      {clusters.map((cluster) => (
        <button
          key={cluster.id}
          type="button"
          aria-current={cluster.id === current ? 'page' : undefined}
          className={`tone-${verdictTone[cluster.verdict.level]}`}
          aria-label={cluster.verdict.words}
          onClick={() => go({ screen: 'cluster', clusterId: cluster.id })}
        >
          <VerdictGlyph level={cluster.verdict.level} />
          <span>{cluster.id}</span>
        </button>
      ))}
    </nav>
  );
}

export function Gone({ what }: { readonly what: string }) {
  const go = usePlace((state) => state.go);
  return (
    <div className="screen is-wide">
      <main>
        <h1>{what} is not in this fleet</h1>
        <p className="dim">It may have been taken out of the fleet file, or another fleet was opened.</p>
        <div>
          <button type="button" className="btn" onClick={() => go({ screen: 'fleet' })}>
            Back to the fleet
          </button>
        </div>
      </main>
    </div>
  );
}

/** A server can be added to every cluster; its own page says what stands in the way. */
function withAddServer(cluster: ClusterView): readonly ActionOffer[] {
  if (cluster.actions.some((offer) => offer.action === 'add-server')) return cluster.actions;
  return [
    ...cluster.actions,
    { action: 'add-server', clusterId: cluster.id, label: `Add a server to ${cluster.id}`, blocker: null },
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
