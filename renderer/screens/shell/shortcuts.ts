import { useEffect } from 'react';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { placeOfKey } from './places.ts';

/** 1-5 go to a screen, `/` or Ctrl-K finds, Escape goes one step back. Never while one is typing. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!useFleet.getState().view || event.defaultPrevented) return;
      const { setPalette, paletteOpen, go, back } = usePlace.getState();
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPalette(!paletteOpen);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || inDialog()) return;
      if (event.key === '/') {
        event.preventDefault();
        setPalette(true);
      } else if (event.key === 'Escape') {
        back();
      } else {
        const place = placeOfKey(event.key);
        if (place) go(place);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** A dialog has its own Escape. */
function inDialog(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}
