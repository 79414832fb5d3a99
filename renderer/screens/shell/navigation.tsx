import {
  IconActivityHeartbeat,
  IconDeviceDesktop,
  IconLayoutDashboard,
  IconMoon,
  IconPlaylistAdd,
  IconServer2,
  IconStack2,
  IconSun,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { AppInfo } from '../../../common/ipc/contract.ts';
import { ask } from '../../bridge/bridge.ts';
import { formatClock } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { useFleet } from '../../stores/fleet.ts';
import { type Place, usePlace } from '../../stores/place.ts';
import { type Theme, useTheme } from '../../stores/theme.ts';
import { testIds } from '../../test-ids.ts';
import { placeOfKey } from './places.ts';
import './navigation.css';

const items = [
  { key: '1', word: 'Fleet', icon: IconLayoutDashboard, id: testIds.navFleet, screens: ['fleet'] },
  { key: '2', word: 'Clusters', icon: IconStack2, id: testIds.navCluster, screens: ['cluster'] },
  { key: '3', word: 'Servers', icon: IconServer2, id: testIds.navNode, screens: ['node'] },
  {
    key: '4',
    word: 'Runs',
    icon: IconActivityHeartbeat,
    id: testIds.navRuns,
    screens: ['runs', 'run', 'plan'],
  },
  {
    key: '5',
    word: 'Add a server',
    icon: IconPlaylistAdd,
    id: testIds.navAddServer,
    screens: ['add-server'],
  },
] as const;

export function Navigation() {
  const place = usePlace((state) => state.place);
  const go = usePlace((state) => state.go);
  const name = useFleet((state) => state.view?.name ?? '');
  const simulated = useFleet((state) => state.view?.simulated ?? false);
  const file = useFleet((state) => state.view?.file ?? null);
  const running = useFleet((state) => state.view?.runs.filter((run) => run.endedAtMs === null).length ?? 0);
  return (
    <nav className="navigation" aria-label="Screens">
      <div className="fleet-name">
        <b>{name}</b>
        {simulated && <span className="tag">SIMULATED</span>}
        {file !== null && (
          <span className="file mono" title={file}>
            {file.split(/[\\/]/).at(-1)}
          </span>
        )}
      </div>
      {items.map(({ key, word, icon: Icon, id, screens }) => {
        const on = (screens as readonly string[]).includes(place.screen);
        return (
          <button
            key={key}
            type="button"
            className={on ? 'item is-on' : 'item'}
            aria-current={on ? 'page' : undefined}
            aria-keyshortcuts={key}
            data-testid={id}
            onClick={() => {
              const to: Place | null = placeOfKey(key);
              if (to) go(to);
            }}
          >
            <Icon size={15} stroke={1.6} aria-hidden="true" />
            <span>{word}</span>
            {word === 'Runs' && running > 0 && <em title={`${running} running`}>{running}</em>}
            <span className="key" aria-hidden="true">
              {key}
            </span>
          </button>
        );
      })}
      <Foot />
    </nav>
  );
}

const themes: readonly { readonly theme: Theme; readonly word: string; readonly icon: typeof IconSun }[] = [
  { theme: 'system', word: 'As the system', icon: IconDeviceDesktop },
  { theme: 'light', word: 'Light', icon: IconSun },
  { theme: 'dark', word: 'Dark', icon: IconMoon },
];

function Foot() {
  const now = useNow();
  const setPalette = usePlace((state) => state.setPalette);
  const [info, setInfo] = useState<AppInfo | null>(null);
  useEffect(() => {
    void ask('app.info', {}).then((answer) => {
      if (answer.ok) setInfo(answer.value);
    });
  }, []);
  return (
    <div className="foot">
      <button type="button" className="find" onClick={() => setPalette(true)} data-testid={testIds.palette}>
        Find or do…{' '}
        <span className="key" aria-hidden="true">
          /
        </span>
      </button>
      <ThemeSwitch />
      <p className="mono">{formatClock(now)}</p>
      <p>{info ? `${info.operator}, Mailyard ${info.version}` : ' '}</p>
      <button
        type="button"
        className="link"
        data-testid={testIds.closeFleet}
        onClick={() => {
          void ask('fleet.close', {}).then((answer) => {
            if (!answer.ok) return;
            useFleet.getState().setView(null);
            usePlace.getState().reset();
          });
        }}
      >
        Close this fleet
      </button>
    </div>
  );
}

export function ThemeSwitch() {
  const chosen = useTheme((state) => state.theme);
  const choose = useTheme((state) => state.choose);
  return (
    <fieldset className="themes">
      <legend className="sr-only">Theme</legend>
      {themes.map(({ theme, word, icon: Icon }) => (
        <button
          key={theme}
          type="button"
          aria-pressed={chosen === theme}
          aria-label={`Theme: ${word}`}
          title={word}
          data-testid={`${testIds.theme}-${theme}`}
          onClick={() => void choose(theme)}
        >
          <Icon size={14} stroke={1.6} aria-hidden="true" />
        </button>
      ))}
    </fieldset>
  );
}
