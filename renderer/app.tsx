import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import './app.css';
import { theme } from './look/mantine.ts';
import { AddServerScreen } from './screens/add-server/add-server-screen.tsx';
import { ClusterScreen } from './screens/cluster/cluster-screen.tsx';
import { FailoverDialog } from './screens/failover/failover-dialog.tsx';
import { FleetScreen } from './screens/fleet/fleet-screen.tsx';
import { NodeScreen } from './screens/node/node-screen.tsx';
import { PlanScreen } from './screens/runs/plan-screen.tsx';
import { RunScreen } from './screens/runs/run-screen.tsx';
import { RunsScreen } from './screens/runs/runs-screen.tsx';
import { Banners } from './screens/shell/banners.tsx';
import { Navigation } from './screens/shell/navigation.tsx';
import { Palette } from './screens/shell/palette.tsx';
import { useShortcuts } from './screens/shell/shortcuts.ts';
import { WelcomeScreen } from './screens/welcome/welcome-screen.tsx';
import { useFleet } from './stores/fleet.ts';
import { type Place, usePlace } from './stores/place.ts';
import { useTheme } from './stores/theme.ts';

export function App() {
  const chosen = useTheme((state) => state.theme);
  const system = useColorScheme('dark', { getInitialValueInEffect: false });
  return (
    <MantineProvider theme={theme} forceColorScheme={chosen === 'system' ? system : chosen}>
      <Shell />
    </MantineProvider>
  );
}

function Shell() {
  const open = useFleet((state) =>
    state.view === undefined ? 'asking' : state.view === null ? 'none' : 'open',
  );
  useShortcuts();
  if (open === 'asking') return <p className="sr-only">Asking Mailyard’s services…</p>;
  if (open === 'none') return <WelcomeScreen />;
  return (
    <div className="shell">
      <Navigation />
      <div className="stage">
        <Banners />
        <Screen />
      </div>
      <FailoverDialog />
      <Palette />
    </div>
  );
}

function Screen() {
  const place = usePlace((state) => state.place);
  return screenOf(place);
}

function screenOf(place: Place) {
  switch (place.screen) {
    case 'fleet':
      return <FleetScreen />;
    case 'cluster':
      return <ClusterScreen key={place.clusterId} clusterId={place.clusterId} />;
    case 'node':
      return <NodeScreen key={place.nodeId} nodeId={place.nodeId} />;
    case 'runs':
      return <RunsScreen />;
    case 'run':
      return <RunScreen key={place.runId} runId={place.runId} />;
    case 'plan':
      return <PlanScreen />;
    case 'add-server':
      return <AddServerScreen />;
  }
}
