import { useId } from 'react';
import type { ActionOffer, NodeView } from '../../common/model/views.ts';
import { useNow } from '../stores/clock.ts';
import { useFleet } from '../stores/fleet.ts';
import { actionGate } from '../stores/freshness.ts';
import { usePlan } from '../stores/plan.ts';
import { actionTestId } from '../test-ids.ts';
import './action-row.css';

interface Props {
  readonly offer: ActionOffer;
  /** The node it is for; null for a cluster's action. */
  readonly node: NodeView | null;
  /** In a table: the reason as a tooltip and the node in the test id. */
  readonly compact?: boolean;
}

/** A button that leads to a plan, and the reason when it cannot be pressed. */
export function ActionRow({ offer, node, compact = false }: Props) {
  const view = useFleet((state) => state.view ?? null);
  const now = useNow();
  const press = usePlan((state) => state.press);
  const asking = usePlan((state) => state.asking === offer);
  const reasonId = useId();
  const gate = actionGate(view, node, offer, now);
  return (
    <div className={compact ? 'action-row is-compact' : 'action-row'}>
      <button
        type="button"
        className={compact ? 'btn small' : 'btn'}
        data-testid={actionTestId(offer.action, compact ? node?.id : undefined)}
        disabled={gate !== null || asking}
        aria-describedby={gate ? reasonId : undefined}
        title={compact ? gate?.reason : undefined}
        onClick={(event) => {
          event.stopPropagation();
          void press(offer, node?.id ?? null);
        }}
      >
        {offer.label}
        {!compact && '…'}
      </button>
      {gate && (
        <p id={reasonId} className={compact ? 'sr-only' : `reason is-${gate.kind}`}>
          {gate.reason}
        </p>
      )}
    </div>
  );
}
