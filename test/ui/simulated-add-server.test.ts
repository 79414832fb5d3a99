/**
 * A bare server becomes a serving mx by nothing but the window: real SSH to a server whose host key nobody knows,
 * the real survey, plan and provisioning, over a simulated machine. The real machines are the lab's.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SimulatedFleet, startSimulatedFleet } from '../../main/simulated/start-simulated-fleet.ts';
import { nodeTestId, testIds } from '../../renderer/test-ids.ts';
import { buildWhenStale, repositoryRoot } from '../support/electron/build.ts';
import { type LaunchedApp, launchApp } from '../support/ui/launch-app.ts';

const waitMs = 45_000 * (Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1);
let fleet: SimulatedFleet;
let launched: LaunchedApp;
let page: Page;
const by = (id: string) => page.getByTestId(id);

beforeAll(async () => {
  await buildWhenStale();
  fleet = await startSimulatedFleet();
  launched = await launchApp({
    fleetFile: fleet.fleetFile,
    screenshotFolder: join(repositoryRoot, 'out', 'pictures'),
  });
  page = launched.page;
  page.setDefaultTimeout(waitMs);
  await by(testIds.fleetSentence).waitFor();
});
afterAll(async () => {
  await launched?.close();
  await fleet?.dispose();
});

async function inBothThemes(name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await by(`${testIds.theme}-${theme}`).click();
    await page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor();
    await launched.screenshot(`${name}-${theme}`);
  }
}

async function fillIn(password: string): Promise<void> {
  await by(testIds.addServerCluster).click();
  await page.getByRole('option', { name: 'mx (mx)' }).click();
  await by(testIds.addServerName).fill('spare1');
  await by(testIds.addServerAddress).fill(fleet.bareServer.address);
  await by(testIds.addServerPort).fill(String(fleet.bareServer.port));
  await by(testIds.addServerUser).fill(fleet.bareServer.user);
  await by(testIds.addServerPassword).fill(password);
  await by(testIds.addServerReach).click();
}

describe.sequential('adding a bare server', () => {
  test('shows its host key before the password is used; a wrong password is said in place', async () => {
    await by(testIds.navAddServer).click();
    await fillIn('not the password');
    await by(testIds.addServerFingerprint).waitFor();
    expect(await by(testIds.addServerFingerprint).textContent()).toMatch(/^SHA256:/);
    await inBothThemes('add-server-key');
    await by(testIds.addServerAcceptKey).click();
    await by(testIds.addServerError).waitFor();
  });

  test('shows what it is against what it must be, and the plan, having changed nothing', async () => {
    const refuse = by(testIds.addServerRefuseKey);
    const reset = by(testIds.addServerReset);
    await ((await refuse.isVisible()) ? refuse : reset).click();
    await fillIn(fleet.bareServer.password);
    const accept = by(testIds.addServerAcceptKey);
    await accept.or(by(testIds.addServerChecks)).first().waitFor();
    if (await accept.isVisible()) await accept.click();
    await by(testIds.addServerChecks).waitFor();
    await by(testIds.addServerStart).waitFor();
    await inBothThemes('add-server-plan');
  });

  test('watches it join, and finds it in the fleet', async () => {
    await by(testIds.addServerStart).click();
    await by(testIds.runState).and(page.locator('[data-state="running"]')).waitFor();
    await inBothThemes('add-server-join');
    await by(testIds.runState)
      .and(page.locator('[data-state="succeeded"]'))
      .waitFor({ timeout: waitMs * 3 });
    await by(testIds.navFleet).click();
    await by(nodeTestId('spare1')).and(page.locator('[data-state="healthy"]')).waitFor();
  });
});
