import { useLayoutEffect, useRef, useState } from 'react';
import type { FleetView } from '../../../common/model/views.ts';
import { type FlowLink, flowLinks } from './way-columns.ts';

interface Line {
  readonly key: string;
  readonly path: string;
  readonly troubled: boolean;
}

/** The lines between the cards, measured after layout; they say nothing that the cards do not say in words. */
export function FlowLines({ view }: { readonly view: FleetView }) {
  const svg = useRef<SVGSVGElement>(null);
  const [lines, setLines] = useState<readonly Line[]>([]);
  // Compared as text: a view comes several times a second, a line changes once a month.
  const shape = JSON.stringify(flowLinks(view));
  useLayoutEffect(() => {
    const element = svg.current?.parentElement;
    if (!element) return;
    const links = JSON.parse(shape) as readonly FlowLink[];
    const measure = (): void => setLines(measureLines(element, links));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.querySelectorAll('[data-way]')) observer.observe(child);
    return () => observer.disconnect();
  }, [shape]);
  return (
    <svg ref={svg} className="flow-lines" aria-hidden="true">
      {lines.map((line) => (
        <path key={line.key} d={line.path} className={line.troubled ? 'is-troubled' : undefined} />
      ))}
    </svg>
  );
}

function measureLines(element: HTMLElement, links: readonly FlowLink[]): readonly Line[] {
  const origin = element.getBoundingClientRect();
  const at = (id: string): DOMRect | null =>
    element.querySelector(`[data-way="${CSS.escape(id)}"]`)?.getBoundingClientRect() ?? null;
  const out = new Map<string, number>();
  const into = new Map<string, number>();
  for (const link of links) {
    out.set(link.from, (out.get(link.from) ?? 0) + 1);
    into.set(link.to, (into.get(link.to) ?? 0) + 1);
  }
  const used = { out: new Map<string, number>(), into: new Map<string, number>() };
  return links.flatMap((link) => {
    const from = at(link.from);
    const to = at(link.to);
    if (!from || !to || to.left <= from.right) return [];
    const y1 = from.top - origin.top + spread(from.height, nth(used.out, link.from), out.get(link.from) ?? 1);
    const y2 = to.top - origin.top + spread(to.height, nth(used.into, link.to), into.get(link.to) ?? 1);
    const x1 = from.right - origin.left + 5;
    const x2 = to.left - origin.left - 5;
    // A line that passes a column in between leaves below it, so that it never crosses a card.
    const middle = (x1 + x2) / 2;
    const long = x2 - x1 > 160;
    const path = long
      ? around(element, origin, { x1, y1, x2, y2 })
      : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
    return [{ key: `${link.from} ${link.to}`, path, troubled: link.troubled }];
  });
}

interface Ends {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

function around(element: HTMLElement, origin: DOMRect, { x1, y1, x2, y2 }: Ends): string {
  let bottom = 0;
  let left = x2;
  let right = x1;
  for (const card of element.querySelectorAll('[data-way]')) {
    const bounds = card.getBoundingClientRect();
    const cardLeft = bounds.left - origin.left;
    if (cardLeft < x1 || bounds.right - origin.left > x2) continue;
    bottom = Math.max(bottom, bounds.bottom - origin.top);
    left = Math.min(left, cardLeft);
    right = Math.max(right, bounds.right - origin.left);
  }
  const low = bottom + 14;
  return `M${x1} ${y1}C${left} ${y1} ${x1} ${low} ${left + 10} ${low}L${right - 10} ${low}C${x2} ${low} ${right} ${y2} ${x2} ${y2}`;
}

function nth(counts: Map<string, number>, id: string): number {
  const count = counts.get(id) ?? 0;
  counts.set(id, count + 1);
  return count;
}

/** Several lines at one card stand apart, around its middle. */
function spread(height: number, index: number, count: number): number {
  return height / 2 + (index - (count - 1) / 2) * Math.min(16, (height - 24) / Math.max(1, count));
}
