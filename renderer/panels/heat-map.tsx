import { useCallback, useMemo, useRef, useState } from 'react';
import type { NodeView } from '../../common/model/views.ts';
import { formatLasting } from '../format/duration.ts';
import { formatClock } from '../format/time.ts';
import { counted, nodeStateSaid } from '../format/words.ts';
import { useNow } from '../stores/clock.ts';
import { type StateSpan, stateAt, stateSpans, trailMs } from '../stores/trails.ts';
import { type Size, useDrawing, useSize } from './canvas.tsx';
import { heatMapRows } from './heat-map-rows.ts';
import { type Colours, markColour, useColours } from './theme-colours.ts';
import './heat-map.css';

const nameWidth = 92;

interface Props {
  readonly nodes: readonly NodeView[];
  readonly onOpen: (nodeId: string) => void;
  readonly testId?: string;
}

/**
 * Every server as a line, the last half hour from left to right, coloured only
 * where something was not as usual. Of a few dozen servers each has a line; of
 * more, those have one that are or were not healthy.
 */
export function HeatMap({ nodes, onOpen, testId }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const colours = useColours();
  const slot = Math.floor(useNow() / 2000);
  const [hover, setHover] = useState<{ readonly row: number; readonly x: number } | null>(null);
  const rows = useMemo(() => heatMapRows(nodes, stateSpans), [nodes]);
  const { rowHeight, gap } = rows;
  const spanMs = shownSpan(nodes, slot * 2000);

  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width }: Size) => {
      const toMs = slot * 2000;
      const left = nameWidth;
      const wide = width - left - 2;
      rows.nodes.forEach((node, index) => {
        const y = index * (rowHeight + gap);
        context.font = `11px "JetBrains Mono", monospace`;
        context.fillStyle = hover?.row === index ? colours.ink : colours.ink2;
        context.textBaseline = 'middle';
        context.fillText(clip(node.id, 12), 0, y + rowHeight / 2 + 0.5);
        drawSpans(context, stateSpans(node.id), { left, wide, y, height: rowHeight, toMs, spanMs, colours });
      });
      if (hover) {
        context.fillStyle = colours.ink2;
        context.fillRect(hover.x, 0, 1, rows.nodes.length * (rowHeight + gap) - gap);
      }
    },
    [rows, rowHeight, gap, slot, spanMs, colours, hover],
  );
  const canvas = useDrawing(size, draw);

  const height = Math.max(0, rows.nodes.length * (rowHeight + gap) - gap);
  const rowAt = (clientY: number): number => {
    const top = box.current?.getBoundingClientRect().top ?? 0;
    return Math.max(0, Math.min(rows.nodes.length - 1, Math.floor((clientY - top) / (rowHeight + gap))));
  };
  const hovered = hover ? rows.nodes[hover.row] : undefined;
  const hoveredAtMs =
    hover && size.width > nameWidth
      ? slot * 2000 - (1 - (hover.x - nameWidth) / (size.width - nameWidth - 2)) * spanMs
      : 0;
  const hoveredState =
    hovered && hover && hover.x >= nameWidth ? stateAt(stateSpans(hovered.id), hoveredAtMs) : null;

  return (
    <div className="heat-map">
      {/* biome-ignore lint/a11y/useSemanticElements: one focusable picture; every server is also a button in its cluster's card */}
      <div
        ref={box}
        role="button"
        tabIndex={0}
        className="heat-map-canvas"
        style={{ height }}
        data-testid={testId}
        aria-label={describe(nodes)}
        onPointerMove={(event) => {
          const bounds = event.currentTarget.getBoundingClientRect();
          setHover({ row: rowAt(event.clientY), x: event.clientX - bounds.left });
        }}
        onPointerLeave={() => setHover(null)}
        onClick={(event) => {
          const node = rows.nodes[rowAt(event.clientY)];
          if (node) onOpen(node.id);
        }}
        onKeyDown={(event) => {
          const row = hover?.row ?? -1;
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const next = Math.max(
              0,
              Math.min(rows.nodes.length - 1, row + (event.key === 'ArrowDown' ? 1 : -1)),
            );
            setHover({ row: next, x: size.width - 3 });
          } else if (event.key === 'Enter' && hovered) onOpen(hovered.id);
        }}
      >
        <canvas ref={canvas} />
      </div>
      <div className="heat-map-axis mono" style={{ paddingLeft: nameWidth }}>
        {hovered ? (
          <span className="said">
            <b>{hovered.id}</b> {hoveredState ? nodeStateSaid[hoveredState].word : 'not yet seen'}
            {hoveredAtMs > 0 && hover && hover.x >= nameWidth ? ` at ${formatClock(hoveredAtMs)}` : ''}
          </span>
        ) : (
          <>
            <span>−{formatLasting(spanMs)}</span>
            <span>−{formatLasting((spanMs * 2) / 3)}</span>
            <span>−{formatLasting(spanMs / 3)}</span>
            <span>now</span>
          </>
        )}
      </div>
      {rows.untold > 0 && (
        <p className="untold">{counted(rows.untold, 'server')} had nothing to tell: healthy all the time.</p>
      )}
    </div>
  );
}

interface Row {
  readonly left: number;
  readonly wide: number;
  readonly y: number;
  readonly height: number;
  readonly toMs: number;
  readonly spanMs: number;
  readonly colours: Colours;
}

function drawSpans(context: CanvasRenderingContext2D, spans: readonly StateSpan[], row: Row): void {
  const { left, wide, y, height, toMs, spanMs, colours } = row;
  const fromMs = toMs - spanMs;
  const x = (atMs: number): number => left + (Math.max(0, Math.min(spanMs, atMs - fromMs)) / spanMs) * wide;
  // Before the window knew anything: a thin dotted line, not a colour.
  const firstX = x(spans[0]?.fromMs ?? toMs);
  context.fillStyle = colours.line;
  for (let dot = left; dot < firstX - 2; dot += 6) context.fillRect(dot, y + height / 2 - 0.5, 2, 1);
  spans.forEach((span, index) => {
    const start = x(span.fromMs);
    const end = x(spans[index + 1]?.fromMs ?? toMs);
    if (end <= left) return;
    const { tone, letter } = nodeStateSaid[span.state];
    const width = Math.max(2, end - start - (index < spans.length - 1 ? 1 : 0));
    context.fillStyle = markColour(tone, colours);
    context.beginPath();
    context.roundRect(start, y, width, height, Math.min(2, height / 3));
    context.fill();
    if (span.state !== 'healthy' && height >= 12 && width > 14) {
      context.fillStyle = colours['mark-ink'];
      context.font = `700 9.5px "JetBrains Mono", monospace`;
      context.textBaseline = 'middle';
      context.fillText(width > 76 ? nodeStateSaid[span.state].word : letter, start + 4, y + height / 2 + 0.5);
    }
  });
}

/** From five minutes to half an hour: as far back as anything is known of anybody. */
function shownSpan(nodes: readonly NodeView[], nowMs: number): number {
  const first = Math.min(nowMs, ...nodes.map((node) => stateSpans(node.id)[0]?.fromMs ?? nowMs));
  const steps = [6, 15, 30].map((minutes) => minutes * 60_000);
  return steps.find((step) => nowMs - first <= step) ?? trailMs;
}

function describe(nodes: readonly NodeView[]): string {
  const byState = new Map<string, number>();
  for (const node of nodes) byState.set(node.state, (byState.get(node.state) ?? 0) + 1);
  const parts = [...byState].map(([state, count]) => `${count} ${state}`);
  return `The last minutes of ${counted(nodes.length, 'server')}; now ${parts.join(', ') || 'none'}. Arrow keys choose one, Enter opens it.`;
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
