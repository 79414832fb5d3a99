import type { FleetView } from '../../../common/model/views.ts';
import { formatLasting } from '../../format/duration.ts';
import { formatAbsolute } from '../../format/time.ts';
import { counted } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { viewAgeMs, viewStaleAfterMs } from '../../stores/freshness.ts';

/** Is this picture of now? In words, with how many servers are heard. */
export function LiveMark({ view }: { readonly view: FleetView }) {
  const age = viewAgeMs(view, useNow());
  const heard = view.nodes.filter((node) => node.link.state === 'live').length;
  const stale = age > viewStaleAfterMs;
  return (
    <div className={stale ? 'live-mark is-stale' : 'live-mark'} title={`As of ${formatAbsolute(view.atMs)}`}>
      <b>{stale ? `${formatLasting(age)} old` : 'live'}</b>
      <span>
        {heard === view.nodes.length
          ? `${counted(view.nodes.length, 'server')} heard`
          : `${heard} of ${counted(view.nodes.length, 'server')} heard`}
      </span>
    </div>
  );
}
