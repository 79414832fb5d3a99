import { type KeyboardEvent, useCallback, useRef, useState } from 'react';
import type { NodeView } from '../../common/model/views.ts';
import { counted, nodeStateSaid } from '../format/words.ts';
import { type Size, useDrawing, useSize } from './canvas.tsx';
import { markColour, useColours } from './theme-colours.ts';
import './tile-map.css';

const tile = 13;
const gap = 2;

interface Props {
  readonly nodes: readonly NodeView[];
  readonly onOpen: (nodeId: string) => void;
}

/** Many servers of one cluster as tiles on one canvas: colour and letter, name on hover, arrows and Enter. */
export function TileMap({ nodes, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const colours = useColours();
  const [at, setAt] = useState<number | null>(null);
  const columns = Math.max(1, Math.floor((size.width + gap) / (tile + gap)));
  const rows = Math.ceil(nodes.length / columns);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, _size: Size) => {
      context.font = '700 9px "JetBrains Mono", monospace';
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      nodes.forEach((node, index) => {
        const x = (index % columns) * (tile + gap);
        const y = Math.floor(index / columns) * (tile + gap);
        const { tone, letter } = nodeStateSaid[node.state];
        context.fillStyle = markColour(tone, colours);
        context.beginPath();
        context.roundRect(x, y, tile, tile, 3);
        context.fill();
        if (node.state !== 'healthy') {
          context.fillStyle = colours['mark-ink'];
          context.fillText(letter, x + tile / 2, y + tile / 2 + 0.5);
        }
        if (index === at) {
          context.strokeStyle = colours.ink;
          context.lineWidth = 1.5;
          context.strokeRect(x - 0.5, y - 0.5, tile + 1, tile + 1);
        }
      });
    },
    [nodes, columns, colours, at],
  );
  const canvas = useDrawing(size, draw);
  const current = at === null ? undefined : nodes[at];
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(nodes.length - 1, (at ?? -step) + step)));
    } else if (event.key === 'Enter' && current) onOpen(current.id);
  };
  const indexAt = (clientX: number, clientY: number): number => {
    const bounds = box.current?.getBoundingClientRect();
    if (!bounds) return -1;
    const column = Math.floor((clientX - bounds.left) / (tile + gap));
    return Math.floor((clientY - bounds.top) / (tile + gap)) * columns + Math.min(columns - 1, column);
  };
  const healthy = nodes.filter((node) => node.state === 'healthy').length;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: one focusable picture of many servers */}
      <div
        ref={box}
        role="button"
        tabIndex={0}
        className="tile-map"
        style={{ height: rows * (tile + gap) - gap }}
        aria-label={`${healthy} of ${counted(nodes.length, 'server')} healthy.${current ? ` ${current.id}: ${current.state}.` : ''} Arrow keys choose one, Enter opens it.`}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setAt(indexAt(event.clientX, event.clientY))}
        onPointerLeave={() => setAt(null)}
        onClick={(event) => {
          const node = nodes[indexAt(event.clientX, event.clientY)];
          if (node) onOpen(node.id);
        }}
      >
        <canvas ref={canvas} />
      </div>
      <small className="tile-map-said" aria-hidden="true">
        {current
          ? `${current.id}, ${nodeStateSaid[current.state].word}`
          : `${healthy} of ${nodes.length} healthy`}
      </small>
    </>
  );
}
