import { useCallback, useRef } from 'react';
import { useNow } from '../stores/clock.ts';
import { numberTrail } from '../stores/trails.ts';
import { type Size, useDrawing, useSize } from './canvas.tsx';
import { useColours } from './theme-colours.ts';
import './sparkline.css';

interface Props {
  readonly owner: string;
  readonly label: string;
  readonly spanMs?: number;
}

/** The last minutes of a key number as a thin line; decoration beside its number, so hidden from readers. */
export function Sparkline({ owner, label, spanMs = 5 * 60_000 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const colours = useColours();
  const second = Math.floor(useNow() / 1000);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width, height }: Size) => {
      const trail = numberTrail(owner, label);
      if (!trail) return;
      const toMs = second * 1000;
      // A window that has just opened shows its first minute wide, not one dot in five.
      const span = Math.min(spanMs, Math.max(60_000, toMs - (trail.atMs[0] ?? toMs)));
      const fromMs = toMs - span;
      let high = 0;
      for (let index = 0; index < trail.atMs.length; index++) {
        if ((trail.atMs[index] as number) >= fromMs) high = Math.max(high, trail.values[index] ?? 0);
      }
      // Zero is the floor: a line that wiggles at 12 must not look like a cliff.
      const y = (value: number): number =>
        height - 1.5 - (high === 0 ? 0 : (value / (high * 1.15)) * (height - 3));
      context.strokeStyle = colours.ink3;
      context.fillStyle = colours['ok-fill'];
      context.lineWidth = 1.2;
      context.lineJoin = 'round';
      context.beginPath();
      let drawing = false;
      let previousAt = 0;
      for (let index = 0; index < trail.atMs.length; index++) {
        const at = trail.atMs[index] as number;
        if (at < fromMs) continue;
        const value = trail.values[index] ?? null;
        if (value === null) {
          drawing = false;
          continue;
        }
        const x = ((at - fromMs) / span) * width;
        if (drawing && at - previousAt < 10_000) context.lineTo(x, y(value));
        else context.moveTo(x, y(value));
        drawing = true;
        previousAt = at;
      }
      context.stroke();
    },
    [owner, label, spanMs, second, colours],
  );
  const canvas = useDrawing(size, draw);
  return (
    <div ref={box} className="sparkline" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
