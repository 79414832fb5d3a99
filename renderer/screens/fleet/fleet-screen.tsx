import { useCallback } from 'react';
import { ProblemList } from '../../components/problem-list.tsx';
import { headline } from '../../format/words.ts';
import { HeatMap } from '../../panels/heat-map.tsx';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import { FirstCluster } from './first-cluster.tsx';
import './fleet-screen.css';
import { LiveMark } from './live-mark.tsx';
import { MailWay } from './mail-way.tsx';
import { RecentRuns, RunningRuns } from './run-lists.tsx';

/** "Is mail flowing, and what would break it?" */
export function FleetScreen() {
  const view = useFleet((state) => state.view);
  const go = usePlace((state) => state.go);
  const openNode = useCallback((nodeId: string) => go({ screen: 'node', nodeId }), [go]);
  if (!view) return null;
  const { first, rest } = headline(view.sentence);
  const worst = view.problems.some((problem) => problem.severity === 'critical');
  return (
    <div className="screen fleet" data-testid={testIds.fleetScreen}>
      <main>
        <header className="top">
          <div data-testid={testIds.fleetSentence} role="status">
            <h1>{first}</h1>
            {rest && <p>{rest}</p>}
          </div>
          <LiveMark view={view} />
        </header>
        {view.clusters.length === 0 ? <FirstCluster /> : <MailWay view={view} />}
        {view.nodes.length > 0 && (
          <section className="every-server">
            <h2>Every server</h2>
            <HeatMap nodes={view.nodes} onOpen={openNode} testId={testIds.heatMap} />
          </section>
        )}
      </main>
      <aside>
        <section data-testid={testIds.problems} className={worst ? 'has-critical' : undefined}>
          <h2>
            Problems <span>{view.problems.length}</span>
          </h2>
          <ProblemList problems={view.problems} empty="None." />
        </section>
        <RunningRuns runs={view.runs} />
        <RecentRuns runs={view.runs} />
      </aside>
    </div>
  );
}
