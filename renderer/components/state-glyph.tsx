import type { ReactElement } from 'react';
import type { NodeState, VerdictLevel } from '../../common/model/views.ts';

/** A shape of its own for each state, so that colour is never needed to tell them apart. */
const shapes: Readonly<Record<NodeState, ReactElement>> = {
  healthy: <rect width="10" height="10" rx="2" fill="currentColor" />,
  degraded: <path d="M5 .6 9.8 9.4H.2Z" fill="currentColor" />,
  failing: <path d="M5 0 10 5 5 10 0 5Z" fill="currentColor" />,
  suspect: (
    <path
      d="M5 1.4 9 8.8H1ZM5 4v2.2M5 7.4v.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinejoin="round"
    />
  ),
  unreachable: (
    <path d="m1.2 1.2 7.6 7.6m0-7.6L1.2 8.8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
  ),
  draining: (
    <>
      <rect
        x=".7"
        y=".7"
        width="8.6"
        height="8.6"
        rx="2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
      <rect y="5" width="10" height="5" rx="1.5" fill="currentColor" />
    </>
  ),
  drained: (
    <rect x=".8" y=".8" width="8.4" height="8.4" rx="2" fill="none" stroke="currentColor" strokeWidth="1.5" />
  ),
  joining: (
    <>
      <rect
        x=".7"
        y=".7"
        width="8.6"
        height="8.6"
        rx="2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
      />
      <path d="M5 2.8v4.4M2.8 5h4.4" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  maintenance: (
    <>
      <rect
        x=".7"
        y=".7"
        width="8.6"
        height="8.6"
        rx="2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
      />
      <path d="M2.6 5h4.8" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  unknown: (
    <circle
      cx="5"
      cy="5"
      r="4.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeDasharray="2 1.6"
    />
  ),
};

export function NodeGlyph({
  state,
  dimmed = false,
  size = 10,
}: {
  readonly state: NodeState;
  readonly dimmed?: boolean;
  readonly size?: number;
}) {
  return (
    <svg
      className="glyph"
      viewBox="0 0 10 10"
      width={size}
      height={size}
      aria-hidden="true"
      opacity={dimmed ? 0.5 : 1}
    >
      {shapes[state]}
    </svg>
  );
}

const verdictShapes: Readonly<Record<VerdictLevel, ReactElement>> = {
  redundant: (
    <path
      d="m1.4 5.4 2.4 2.5 4.8-5.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
    />
  ),
  'at-risk': shapes.degraded,
  failing: shapes.failing,
  unknown: shapes.unknown,
};

export function VerdictGlyph({ level, size = 10 }: { readonly level: VerdictLevel; readonly size?: number }) {
  return (
    <svg className="glyph" viewBox="0 0 10 10" width={size} height={size} aria-hidden="true">
      {verdictShapes[level]}
    </svg>
  );
}
