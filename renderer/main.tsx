import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/latin-400.css';
import '@fontsource/jetbrains-mono/latin-600.css';
import '@mantine/core/styles.css';
import './look/tokens.css';
import './look/base.css';
import './look/mantine.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ask, onEvents } from './bridge/bridge.ts';
import { useAddServer } from './stores/add-server.ts';
import { useFleet } from './stores/fleet.ts';
import { usePlace } from './stores/place.ts';
import { usePlan } from './stores/plan.ts';
import { useTheme } from './stores/theme.ts';
import { record } from './stores/trails.ts';

onEvents((batch) => {
  const before = useFleet.getState().view;
  useFleet.getState().take(batch);
  const { view } = useFleet.getState();
  // Another fleet was opened from the menu: nothing of the old one is a place to be.
  if (before && view && (before.file !== view.file || before.name !== view.name)) {
    usePlan.getState().dismiss();
    useAddServer.getState().clear();
    usePlace.getState().reset();
  }
  if (view) record(view);
});

void useTheme.getState().load();
void ask('fleet.view', {}).then((answer) => {
  if (answer.ok) useFleet.getState().setView(answer.value);
  else if (useFleet.getState().view === undefined) useFleet.getState().setView(null);
});

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
