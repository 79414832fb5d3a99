import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { repositoryRoot } from '../../electron/build.ts';
import { type LaunchedApp, launchApp } from '../launch-app.ts';
import type { FixtureControls } from './fixture-bridge.ts';
import type { Scenario } from './fleet-fixture.ts';

export type Theme = 'dark' | 'light';

export interface FixtureApp extends LaunchedApp {
  /** Loads the page anew with this invented world. */
  open(scenario: Scenario, theme?: Theme): Promise<void>;
  control<K extends keyof FixtureControls>(
    name: K,
    ...args: FixtureControls[K] extends (...given: infer A) => unknown ? A : never
  ): Promise<void>;
  asked(): Promise<FixtureControls['asked']>;
}

/** The real page in a real Electron, with inventions instead of services. */
export async function launchFixture(screenshotFolder?: string): Promise<FixtureApp> {
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts') });
  const app = await launchApp({
    appFolder: join(import.meta.dirname, 'app'),
    screenshotFolder: screenshotFolder ?? join(repositoryRoot, 'out', 'screenshots'),
  });
  const { page } = app;
  return {
    ...app,
    open: async (scenario, theme = 'dark') => {
      await page.goto(`app://mailyard/index.html?scenario=${scenario}&theme=${theme}`);
      await page.locator('main').first().waitFor();
      await fontsLoaded(page);
    },
    control: (name, ...args) =>
      page.evaluate(
        ([which, given]) => {
          const controls = window.fixture as unknown as Record<string, (...all: unknown[]) => void>;
          controls[which as string]?.(...(given as unknown[]));
        },
        [name, args] as const,
      ),
    asked: () => page.evaluate(() => window.fixture.asked),
  };
}

async function fontsLoaded(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}
