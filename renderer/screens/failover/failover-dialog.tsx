import { Modal } from '@mantine/core';
import type { Plan } from '../../../common/model/run.ts';
import { Blockers } from '../../components/blockers.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { StepTrack } from '../../components/step-track.tsx';
import { useNow } from '../../stores/clock.ts';
import { useCluster, useFleet } from '../../stores/fleet.ts';
import { viewStaleReason } from '../../stores/freshness.ts';
import { standingBlockers, usePlan } from '../../stores/plan.ts';
import { testIds } from '../../test-ids.ts';
import { Sentences } from '../runs/plan-screen.tsx';
import './failover-dialog.css';
import { believed, keptFromReturning, whatMoves } from './what-is-believed.ts';

/** "What do I lose?" In this order: what stands in the way, what is believed, what moves and
 * could be lost, what keeps the old one away, what is noticed, the steps. */
export function FailoverDialog() {
  const open = usePlan((state) => state.dialog);
  const { plan, failure, request } = usePlan();
  const { dismiss, propose } = usePlan.getState();
  return (
    <Modal
      opened={open}
      onClose={dismiss}
      title={plan?.title ?? 'Making a plan'}
      size={680}
      yOffset="7vh"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close, changing nothing' }}
      classNames={{ title: 'failover-title', body: 'failover' }}
      data-testid={testIds.failoverDialog}
    >
      {failure && (
        <ErrorNote failure={failure}>
          <button type="button" className="btn small" onClick={() => request && void propose(request)}>
            Look again
          </button>
        </ErrorNote>
      )}
      {plan ? <Decision plan={plan} /> : <CancelOnly onCancel={dismiss} />}
    </Modal>
  );
}

function Decision({ plan }: { readonly plan: Plan }) {
  const { overrides, starting } = usePlan();
  const { toggleOverride, start, dismiss } = usePlan.getState();
  const view = useFleet((state) => state.view ?? null);
  const cluster = useCluster(plan.clusterId);
  const now = useNow();
  const standing = standingBlockers(plan, overrides);
  const why =
    viewStaleReason(view, now) ?? (standing.length > 0 ? 'Something stands in the way; see above.' : null);
  return (
    <>
      <Blockers blockers={plan.blockers} overrides={overrides} onOverride={toggleOverride} />
      <section>
        <h3>How it stands</h3>
        <Sentences sentences={believed(view, cluster, now)} empty="Nothing is known about it now." />
      </section>
      <section>
        <h3>What moves, and what could be lost</h3>
        <Sentences sentences={whatMoves(plan, cluster, now)} empty="Not known." />
      </section>
      <section>
        <h3>What keeps the old one from coming back</h3>
        <Sentences sentences={keptFromReturning(plan, cluster)} empty="" />
      </section>
      <section>
        <h3>What is noticed, and for how long</h3>
        <Sentences sentences={plan.blastRadius} empty="Nothing that anybody outside would notice." />
      </section>
      <details>
        <summary>The steps and their commands ({plan.steps.length})</summary>
        <StepTrack steps={plan.steps} />
      </details>
      <footer>
        {why && (
          <p id="failover-why" className="tone-warn">
            {why}
          </p>
        )}
        <button type="button" className="btn" data-autofocus data-testid={testIds.cancel} onClick={dismiss}>
          Cancel
        </button>
        <button
          type="button"
          className="btn danger"
          data-testid={testIds.failoverConfirm}
          disabled={why !== null || starting}
          aria-describedby={why ? 'failover-why' : undefined}
          onClick={() => void start()}
        >
          {starting ? 'Starting…' : plan.title}
        </button>
      </footer>
    </>
  );
}

function CancelOnly({ onCancel }: { readonly onCancel: () => void }) {
  return (
    <footer>
      <button type="button" className="btn" data-autofocus data-testid={testIds.cancel} onClick={onCancel}>
        Cancel
      </button>
    </footer>
  );
}
