import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { viewStaleReason } from '../../stores/freshness.ts';
import { testIds } from '../../test-ids.ts';
import './banners.css';

/** What holds for every screen: the view is old, the console doubts itself, the fleet file on disk is bad. */
export function Banners() {
  const view = useFleet((state) => state.view ?? null);
  const openFailure = useFleet((state) => state.openFailure);
  const clear = useFleet((state) => state.clearOpenFailure);
  const now = useNow();
  const stale = viewStaleReason(view, now);
  return (
    <div role="status" data-testid={testIds.banner} className="banners">
      {stale !== null && (
        <p className="banner is-warn">
          <b>Nothing can be pressed now.</b> {stale}
        </p>
      )}
      {openFailure && (
        <p className="banner is-warn">
          <b>The other fleet file was not opened.</b> {openFailure.message}{' '}
          <button type="button" className="link" onClick={clear}>
            Understood
          </button>
        </p>
      )}
      {view?.fileError && (
        <p className="banner is-warn">
          <b>The fleet file on disk is not usable; the last good one is in use.</b> {view.fileError}
        </p>
      )}
    </div>
  );
}
