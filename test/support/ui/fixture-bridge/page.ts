/** The window's page on inventions: `?scenario=calm&theme=dark`. */
import { createFixtureBridge, type FixtureControls } from './fixture-bridge.ts';
import type { Scenario } from './fleet-fixture.ts';

const query = new URLSearchParams(location.search);
const { controls, ...bridge } = createFixtureBridge(
  (query.get('scenario') ?? 'calm') as Scenario,
  query.get('theme') === 'light' ? 'light' : 'dark',
);

declare global {
  interface Window {
    fixture: FixtureControls;
  }
}

Object.defineProperty(window, 'mailyard', { value: bridge });
window.fixture = controls;
await import('../../../../renderer/main.tsx');
