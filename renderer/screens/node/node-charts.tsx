import { useEffect, useMemo, useRef, useState } from 'react';
import type { NodeDetail } from '../../../common/ipc/contract.ts';
import type { Series } from '../../../common/model/metric.ts';
import type { RunSummary } from '../../../common/model/run.ts';
import type { NodeView } from '../../../common/model/views.ts';
import { ask } from '../../bridge/bridge.ts';
import { useSize } from '../../panels/canvas.tsx';
import { CursorClock, TimeSeries } from '../../panels/time-series.tsx';
import { chartTitle, chooseCharts } from './choose-charts.ts';

const spans = [
  { word: '5 min', ms: 5 * 60_000 },
  { word: '15 min', ms: 15 * 60_000 },
  { word: '1 h', ms: 60 * 60_000 },
] as const;

const everyMs = 1000;
const mostPoints = 150;
const gapPx = 22;

interface Shown {
  readonly series: ReadonlyMap<string, Series>;
  readonly toMs: number;
}

/** The dozen charts that matter for its roles: one time axis, one cursor, and marks where a run began. */
export function NodeCharts({
  node,
  metrics,
  runs,
}: {
  readonly node: NodeView;
  readonly metrics: NodeDetail['metrics'] | null;
  readonly runs: readonly RunSummary[];
}) {
  const [span, setSpan] = useState<(typeof spans)[number]>(spans[0]);
  const charts = useMemo(() => chooseCharts(metrics ?? []), [metrics]);
  const names = charts.map((chart) => chart.name).join('\n');
  const shown = useSeries(node.id, names, span.ms);
  const grid = useRef<HTMLDivElement>(null);
  const { width } = useSize(grid);
  const columns = width > 760 ? 3 : 2;
  const chartWidth = Math.floor((width - (columns - 1) * gapPx) / columns);
  const marks = useMemo(() => runs.map((run) => ({ atMs: run.startedAtMs, label: run.title })), [runs]);
  return (
    <section className={node.link.state === 'live' ? 'charts' : 'charts is-stale'}>
      <h2>
        The last {span.word}
        <CursorClock />
        <fieldset className="spans">
          <legend className="sr-only">Time shown</legend>
          {spans.map((one) => (
            <button key={one.word} type="button" aria-pressed={one === span} onClick={() => setSpan(one)}>
              {one.word}
            </button>
          ))}
        </fieldset>
      </h2>
      {metrics !== null && charts.length === 0 && (
        <p className="faint">
          This server has sent no numbers yet. They come with its agent’s first seconds.
        </p>
      )}
      <div
        ref={grid}
        className="chart-grid"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, columnGap: gapPx }}
      >
        {width > 0 &&
          charts.map((chart) => (
            <TimeSeries
              key={chart.name}
              title={chartTitle(chart.label)}
              meaning={chart.meaning}
              series={
                shown === null
                  ? null
                  : (shown.series.get(chart.name) ?? {
                      metric: chart.name,
                      unit: chart.unit,
                      atMs: [],
                      values: [],
                    })
              }
              fromMs={(shown?.toMs ?? 0) - span.ms}
              toMs={shown?.toMs ?? 0}
              marks={marks}
              width={chartWidth}
            />
          ))}
      </div>
    </section>
  );
}

/** Asked for whole each second: the services thin them out, so twelve charts are 1,800 points at most. */
function useSeries(nodeId: string, names: string, spanMs: number): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    if (names === '') return;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const toMs = Date.now();
      if (!document.hidden) {
        const answer = await ask('node.series', {
          nodeId,
          metrics: names.split('\n'),
          sinceMs: toMs - spanMs,
          maxPoints: mostPoints,
        });
        if (left) return;
        if (answer.ok)
          setShown({ toMs, series: new Map(answer.value.map((series) => [series.metric, series])) });
      }
      timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [nodeId, names, spanMs]);
  return shown;
}
