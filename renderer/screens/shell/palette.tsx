import { Modal } from '@mantine/core';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { useTheme } from '../../stores/theme.ts';
import { testIds } from '../../test-ids.ts';
import { type PaletteEntry, paletteEntries, paletteMatches } from './palette-entries.ts';
import './palette.css';

export function Palette() {
  const open = usePlace((state) => state.paletteOpen);
  const setOpen = usePlace((state) => state.setPalette);
  return (
    <Modal
      opened={open}
      onClose={() => setOpen(false)}
      withCloseButton={false}
      title="Find or do"
      classNames={{ header: 'sr-only' }}
      padding={0}
      size={520}
      yOffset="14vh"
      transitionProps={{ duration: 0 }}
    >
      {open && <Finder close={() => setOpen(false)} />}
    </Modal>
  );
}

function Finder({ close }: { readonly close: () => void }) {
  const view = useFleet((state) => state.view ?? null);
  const go = usePlace((state) => state.go);
  const choose = useTheme((state) => state.choose);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const all = useMemo(() => (view ? paletteEntries(view) : []), [view]);
  const found = useMemo(() => paletteMatches(all, typed).slice(0, 9), [all, typed]);
  const current = Math.min(at, Math.max(0, found.length - 1));
  const act = (entry: PaletteEntry | undefined): void => {
    if (!entry) return;
    close();
    if (entry.place) go(entry.place);
    else if (entry.theme) void choose(entry.theme);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, current + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, current - 1));
    else if (event.key === 'Enter') act(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="palette">
      <input
        data-autofocus
        value={typed}
        placeholder="A server, a cluster, a screen"
        aria-label="Find a server, a cluster or a screen"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-found"
        aria-activedescendant={found[current] ? `palette-${current}` : undefined}
        data-testid={testIds.paletteInput}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-found" role="listbox" aria-label="Found">
        {found.map((entry, index) => (
          <div
            key={entry.key}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onPointerDown={() => act(entry)}
            onPointerEnter={() => setAt(index)}
          >
            <span>{entry.word}</span>
            <small>{entry.kind}</small>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="faint">Nothing of that name. Try a server’s or a cluster’s name.</p>
      )}
    </div>
  );
}
