/** The scheme under which our own pages are served; nothing else is ever loaded. */
const ownProtocol = 'app:';

export interface Sender {
  readonly url: string;
  /** null for a window's top frame. */
  readonly parent: unknown;
}

/**
 * Why this frame may not ask anything; null when it is our own page.
 *
 * Only a top frame of app:// is answered: a subframe, a page that was navigated
 * to, or a frame that is already gone (null) is not.
 */
export function senderObjection(frame: Sender | null | undefined): string | null {
  if (!frame) return 'The page that asked is gone.';
  if (frame.parent) return 'Only the window itself may ask, not a frame in it.';
  let protocol: string;
  try {
    protocol = new URL(frame.url).protocol;
  } catch {
    return 'The page that asked has no address.';
  }
  return protocol === ownProtocol ? null : 'Only Mailyard’s own page may ask.';
}
