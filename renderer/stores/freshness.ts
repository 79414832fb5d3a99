/**
 * May something be pressed on what is shown? Pure: the screens ask with the
 * time, the tests with a table. A gate returns the reason, or null to pass.
 */
import type { ActionOffer, FleetView, NodeView } from '../../common/model/views.ts';
import { formatLasting } from '../format/duration.ts';

/** A view that old is not acted upon. */
export const viewStaleAfterMs = 3000;
/** A number that old looks stale; nodes report once a second. */
export const numberStaleAfterMs = 5000;

export function viewAgeMs(view: FleetView, nowMs: number): number {
  return Math.max(0, nowMs - view.atMs);
}

/** Why nothing may be done with the fleet as shown; null when it is fresh. */
export function viewStaleReason(view: FleetView | null, nowMs: number): string | null {
  if (view === null) return 'Nothing is known yet.';
  const age = viewAgeMs(view, nowMs);
  if (age > viewStaleAfterMs) {
    return `What is shown is ${formatLasting(age)} old. Waiting for a fresh look.`;
  }
  if (view.selfSuspect !== null) return `This console suspects itself: ${view.selfSuspect}`;
  return null;
}

/** Why nothing may be done with this node as shown; null when its link is live. */
export function nodeStaleReason(node: NodeView, nowMs: number): string | null {
  if (node.link.state === 'live') return null;
  const said =
    node.observedAtMs === null
      ? 'has not said anything yet'
      : `last spoke ${formatLasting(nowMs - node.observedAtMs)} ago`;
  return `${node.id} ${said}; its link is ${node.link.state}.`;
}

export interface ActionGate {
  readonly reason: string;
  /** Staleness passes by itself; a blocker needs its mend. */
  readonly kind: 'stale' | 'blocked';
}

/** Why this action cannot be pressed now. Blockers that may be overridden are shown on the plan, not here. */
export function actionGate(
  view: FleetView | null,
  node: NodeView | null,
  offer: ActionOffer,
  nowMs: number,
): ActionGate | null {
  const stale =
    viewStaleReason(view, nowMs) ?? (node ? nodeStaleReason(node, nowMs) : clusterStaleReason(view, offer));
  if (stale !== null) return { reason: stale, kind: 'stale' };
  if (offer.blocker !== null && !offer.blocker.overridable) {
    return { reason: offer.blocker.message, kind: 'blocked' };
  }
  return null;
}

/** A cluster's action needs somebody in it who can be heard; which ones, its blockers know. */
function clusterStaleReason(view: FleetView | null, offer: ActionOffer): string | null {
  if (offer.action === 'add-server' || offer.action === 'provision') return null;
  const members = view?.nodes.filter((node) => node.clusterIds.includes(offer.clusterId)) ?? [];
  if (members.some((node) => node.link.state === 'live')) return null;
  return `No server of ${offer.clusterId} can be heard now.`;
}

/** Does this number look stale? null: it was never measured. */
export function numberAge(
  atMs: number | null,
  nowMs: number,
): { readonly ageMs: number; readonly stale: boolean } | null {
  if (atMs === null) return null;
  const ageMs = Math.max(0, nowMs - atMs);
  return { ageMs, stale: ageMs > numberStaleAfterMs };
}
