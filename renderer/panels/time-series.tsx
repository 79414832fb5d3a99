import { memo, type PointerEvent, useMemo } from 'react';
import { Area, AreaChart, ReferenceLine, XAxis, YAxis } from 'recharts';
import type { Series } from '../../common/model/metric.ts';
import { formatNumber, inWords } from '../format/number.ts';
import { formatClock } from '../format/time.ts';
import { useInTurn } from './chart-turns.ts';
import { nearestIndex, useCursor } from './shared-cursor.ts';
import { useColours } from './theme-colours.ts';
import './time-series.css';

export interface TimeMark {
  readonly atMs: number;
  readonly label: string;
}

interface Props {
  readonly title: string;
  readonly meaning: string;
  /** null: asked for and not answered yet. */
  readonly series: Series | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly marks?: readonly TimeMark[];
  /** CSS pixels; all charts of a page have the same, so that one cursor fits all. */
  readonly width: number;
}

const height = 84;
const margin = { top: 6, right: 0, bottom: 3, left: 0 };

/** One metric over the page's time axis. Numeric X, no animation, gaps stay gaps. */
export function TimeSeries({ title, meaning, series, fromMs, toMs, marks = [], width }: Props) {
  const last = lastKnown(series);
  const unit = series?.unit ?? '';
  return (
    <figure className="time-series" title={meaning}>
      <figcaption>
        <span>{title}</span>
        <Readout series={series} fallback={last} unit={unit} />
      </figcaption>
      <div
        className="plot"
        role="img"
        aria-label={`${title}: ${last === null ? 'no value' : inWords(formatNumber(last, unit))} now`}
        onPointerMove={(event) => moveCursor(event, fromMs, toMs)}
        onPointerLeave={() => leaveCursor()}
      >
        {series === null || series.atMs.length === 0 ? (
          <p className="none">{series === null ? 'reading…' : 'nothing measured in this time'}</p>
        ) : (
          <Plot series={series} fromMs={fromMs} toMs={toMs} marks={marks} width={width} />
        )}
      </div>
    </figure>
  );
}

const Plot = memo(function Plot({
  series,
  fromMs,
  toMs,
  marks,
  width,
}: Required<Pick<Props, 'fromMs' | 'toMs' | 'marks' | 'width'>> & { series: Series }) {
  const colours = useColours();
  const wanted = useMemo(() => ({ series, fromMs, toMs }), [series, fromMs, toMs]);
  const shown = useInTurn(wanted);
  const data = useMemo(
    () => shown.series.atMs.map((at, index) => ({ at, value: finite(shown.series.values[index]) })),
    [shown],
  );
  const high = data.reduce((most, point) => Math.max(most, point.value ?? 0), 0);
  return (
    <AreaChart width={width} height={height} data={data} margin={margin} accessibilityLayer={false}>
      <XAxis dataKey="at" type="number" domain={[shown.fromMs, shown.toMs]} allowDataOverflow hide />
      <YAxis domain={[0, high === 0 ? 1 : high * 1.12]} hide />
      {marks.map((mark) => (
        <ReferenceLine
          key={`${mark.atMs} ${mark.label}`}
          x={mark.atMs}
          stroke={colours.move}
          strokeDasharray="2 3"
        />
      ))}
      <Area
        dataKey="value"
        type="linear"
        stroke={colours.accent}
        strokeWidth={1.4}
        fill={colours.accent}
        fillOpacity={0.1}
        isAnimationActive={false}
        connectNulls={false}
        dot={false}
        activeDot={false}
      />
    </AreaChart>
  );
});

function Readout({
  series,
  fallback,
  unit,
}: {
  readonly series: Series | null;
  readonly fallback: number | null;
  readonly unit: string;
}) {
  const atMs = useCursor((state) => state.atMs);
  let value = fallback;
  if (atMs !== null && series && series.atMs.length > 0) {
    value = finite(series.values[nearestIndex(series.atMs, atMs)]);
  }
  const said = formatNumber(value, unit);
  return (
    <b className={value === null ? 'unknown' : undefined}>
      {said.value}
      {said.unit && <small> {said.unit}</small>}
    </b>
  );
}

/** The time that the cursor stands at, once for the page. */
export function CursorClock() {
  const atMs = useCursor((state) => state.atMs);
  return <span className="mono faint">{atMs === null ? '' : formatClock(atMs)}</span>;
}

function moveCursor(event: PointerEvent<HTMLDivElement>, fromMs: number, toMs: number): void {
  const bounds = event.currentTarget.getBoundingClientRect();
  const x = event.clientX - bounds.left;
  document.documentElement.style.setProperty('--cursor-x', `${x}px`);
  document.documentElement.dataset['cursor'] = 'on';
  useCursor.getState().set(fromMs + (x / bounds.width) * (toMs - fromMs));
}

function leaveCursor(): void {
  delete document.documentElement.dataset['cursor'];
  useCursor.getState().set(null);
}

function lastKnown(series: Series | null): number | null {
  return series ? finite(series.values.at(-1)) : null;
}

function finite(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}
