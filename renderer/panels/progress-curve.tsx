import { useMemo, useRef } from 'react';
import { Line, LineChart, ReferenceDot, ReferenceLine, XAxis, YAxis } from 'recharts';
import type { Progress } from '../../common/model/run.ts';
import { formatDuration } from '../format/duration.ts';
import { formatNumber, inWords } from '../format/number.ts';
import { useSize } from './canvas.tsx';
import { useInTurn } from './chart-turns.ts';
import { type ProgressShape, progressShape } from './progress-shape.ts';
import { useColours } from './theme-colours.ts';
import './progress-curve.css';

const height = 118;

/** A number that falls to its end, with where it will arrive; a curve that stopped falling says so. */
export function ProgressCurve({ progress }: { readonly progress: Progress }) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const colours = useColours();
  const wanted = useMemo(() => progressShape(progress), [progress]);
  const shape: ProgressShape = useInTurn(wanted);
  const now = shape.last;
  const said = now === null ? 'unknown' : inWords(formatNumber(now.value, progress.unit));
  const colour = progress.stalled ? colours.warn : colours.move;
  return (
    <figure className={progress.stalled ? 'progress-curve is-stalled' : 'progress-curve'}>
      <figcaption>
        <span>{progress.label}</span>
        <b>{said}</b>
      </figcaption>
      <div ref={box} role="img" aria-label={`${progress.label}: ${said}. ${progress.text}`}>
        {width > 0 && shape.points.length > 0 && (
          <LineChart
            width={width}
            height={height}
            margin={{ top: 10, right: 8, bottom: 4, left: 2 }}
            accessibilityLayer={false}
          >
            <XAxis dataKey="at" type="number" domain={[shape.fromMs, shape.toMs]} hide allowDataOverflow />
            <YAxis domain={[0, shape.high]} hide allowDataOverflow />
            <ReferenceLine y={0} stroke={colours['line-strong']} />
            <Line
              data={[...shape.points]}
              dataKey="value"
              type="linear"
              stroke={colour}
              strokeWidth={1.8}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
            {shape.expected.length > 0 && (
              <Line
                data={[...shape.expected]}
                dataKey="value"
                type="linear"
                stroke={colour}
                strokeWidth={1.4}
                strokeDasharray="3 4"
                dot={false}
                activeDot={false}
                isAnimationActive={false}
              />
            )}
            {now && <ReferenceDot x={now.at} y={now.value} r={3.2} fill={colour} stroke="none" />}
          </LineChart>
        )}
      </div>
      <p>
        {progress.stalled
          ? 'It has stopped falling.'
          : progress.etaMs !== null
            ? `At the end in about ${formatDuration(progress.etaMs)}.`
            : 'No end in sight yet.'}
      </p>
    </figure>
  );
}
