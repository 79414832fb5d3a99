import { useState } from 'react';
import type { NodeView } from '../../../common/model/views.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { formatAgo, formatDuration, formatLasting } from '../../format/duration.ts';
import { linkWord } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';
import { testIds } from '../../test-ids.ts';

const fingerprintPattern = /SHA256:[A-Za-z0-9+/=]{43}/;

/** How this console hears the server; when it does not, why, and what can be tried here. */
export function LinkLine({ node }: { readonly node: NodeView }) {
  const now = useNow();
  const [failure, setFailure] = useState<Failure | null>(null);
  const { link } = node;
  if (link.state === 'live') {
    const heard = link.lastHeartbeatMs === null ? '' : `, heard ${formatAgo(now - link.lastHeartbeatMs)}`;
    return (
      <p className="link-line faint">
        Link live for {formatLasting(now - link.sinceMs)}
        {heard}.
      </p>
    );
  }
  const retry =
    link.retryAtMs !== null && link.retryAtMs > now
      ? ` Next try in ${formatDuration(link.retryAtMs - now)}.`
      : '';
  // The unknown key's fingerprint stands in the reason; accepting it says which one was meant.
  const fingerprint =
    link.problem === 'host-key-unknown' ? fingerprintPattern.exec(link.reason)?.[0] : undefined;
  return (
    <div className="link-line">
      <p className="tone-warn">
        <b>Link {linkWord[link.state]}</b> for {formatLasting(now - link.sinceMs)}. {link.reason}
        {retry} What is shown may be old.
      </p>
      <div className="row">
        {fingerprint !== undefined && (
          <button
            type="button"
            className="btn small"
            data-testid={testIds.acceptLinkKey}
            onClick={() =>
              void ask('link.accept-host-key', { nodeId: node.id, fingerprint }).then((answer) =>
                setFailure(answer.ok ? null : answer),
              )
            }
          >
            This is its key: accept it
          </button>
        )}
        <button
          type="button"
          className="btn small"
          data-testid={testIds.retryLink}
          onClick={() =>
            void ask('link.retry', { nodeId: node.id }).then((answer) =>
              setFailure(answer.ok ? null : answer),
            )
          }
        >
          Try again now
        </button>
      </div>
      {failure && <ErrorNote failure={failure} />}
    </div>
  );
}
