/**
 * The whole app on the simulated fleet: real SSH, the real agent code and the real services, driven by nothing but
 * the window. What a mail server does is tested in the lab; here, that the window tells and does what it says.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetView } from '../../common/model/views.ts';
import { actionTestId, clusterTestId, nodeTestId, testIds } from '../../renderer/test-ids.ts';
import { buildWhenStale, repositoryRoot } from '../support/electron/build.ts';
import { type LaunchedApp, launchApp } from '../support/ui/launch-app.ts';

const pictures = join(repositoryRoot, 'out', 'pictures');
const waitMs = 45_000 * (Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1);
let launched: LaunchedApp;
let page: Page;
const by = (id: string) => page.getByTestId(id);

beforeAll(async () => {
  await buildWhenStale();
  launched = await launchApp({
    screenshotFolder: pictures,
    // Whatever lab is up on this machine: this test is about the simulated one.
    env: { MAILYARD_LAB_FLEET: '/nonexistent/fleet.yaml' },
  });
  page = launched.page;
  page.setDefaultTimeout(waitMs);
  await by(testIds.welcome).waitFor();
});
afterAll(() => launched?.close());

async function view(): Promise<FleetView> {
  const answer = await page.evaluate(() => window.mailyard.request('fleet.view', {}));
  if (!answer.ok || answer.value === null) throw new Error('No fleet is open.');
  return answer.value;
}

async function inBothThemes(name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    const set = await page.evaluate(
      (chosen) => window.mailyard.request('settings.set', { theme: chosen }),
      theme,
    );
    expect(set.ok).toBe(true);
    await by(`${testIds.theme}-${theme}`).click();
    await page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor();
    await launched.screenshot(`${name}-${theme}`);
  }
}

describe.sequential('a newcomer without a lab', () => {
  test('tries the lab and sees a whole fleet that is heard, with its cells and its verdicts', async () => {
    await inBothThemes('welcome');
    await by(testIds.welcomeTryLab).click();
    await by(testIds.fleetSentence).waitFor();
    await expect
      .poll(async () => (await view()).nodes.every((node) => node.link.state === 'live'), { timeout: waitMs })
      .toBe(true);
    const { clusters, nodes, simulated } = await view();
    expect(simulated).toBe(true);
    for (const cluster of clusters) await by(clusterTestId(cluster.id)).waitFor();
    for (const node of nodes)
      await by(nodeTestId(node.id))
        .and(page.locator(`[data-state="${node.state}"]`))
        .waitFor();
    await inBothThemes('fleet');
  });

  test('looks at one server: its services, its log lines and its charts', async () => {
    await by(nodeTestId('mx1')).click();
    await by(testIds.nodeScreen).waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    expect(await page.locator('.service').count()).toBeGreaterThan(0);
    await inBothThemes('node');
  });

  test('drains an mx by its plan and sees it drained, then lets it serve again', async () => {
    await by(testIds.navFleet).click();
    await by(clusterTestId('mx')).click();
    await inBothThemes('cluster');
    await by(actionTestId('drain', 'mx2')).click();
    await by(testIds.planStart).waitFor();
    await inBothThemes('plan');
    await by(testIds.planStart).click();
    await by(testIds.runState).and(page.locator('[data-state="succeeded"]')).waitFor();
    await inBothThemes('run');
    await expect
      .poll(async () => (await view()).nodes.find((node) => node.id === 'mx2')?.state, { timeout: waitMs })
      .toBe('drained');
    await by(testIds.navFleet).click();
    await by(nodeTestId('mx2')).and(page.locator('[data-state="drained"]')).waitFor();
    await by(nodeTestId('mx2')).click();
    await by(actionTestId('undrain')).click();
    await by(testIds.planStart).click();
    await by(testIds.runState).and(page.locator('[data-state="succeeded"]')).waitFor();
    await by(testIds.navRuns).click();
    await by(testIds.runsScreen).waitFor();
    await inBothThemes('runs');
  });

  test('moves the entrance by the dialog, and the fleet shows who holds it', async () => {
    const before = (await view()).clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders;
    await by(testIds.navFleet).click();
    await by(clusterTestId('edge')).click();
    await by(actionTestId('switchover')).click();
    await by(testIds.failoverConfirm).waitFor();
    await inBothThemesOfDialog();
    const title = await by(testIds.failoverConfirm).textContent();
    await by(testIds.failoverConfirm).click();
    await by(testIds.runState).and(page.locator('[data-state="succeeded"]')).waitFor();
    await expect
      .poll(async () => (await view()).clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders, {
        timeout: waitMs,
      })
      .not.toEqual(before);
    const after = (await view()).clusters.find((cluster) => cluster.role === 'edge')?.vip?.holders ?? [];
    expect(title).toContain(after[0] ?? 'nobody');
  });
});

/** The dialog covers the theme's buttons; the page takes the theme from the window's own setting. */
async function inBothThemesOfDialog(): Promise<void> {
  await launched.screenshot('failover-light');
  await by(testIds.cancel).click();
  await by(`${testIds.theme}-dark`).click();
  await by(actionTestId('switchover')).click();
  await by(testIds.failoverConfirm).waitFor();
  await launched.screenshot('failover-dark');
}
