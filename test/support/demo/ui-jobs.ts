/**
 * The four jobs of an operator, done through the real window: look, drain and
 * undrain, add a bare server, fail over. Each waits for what the screen says,
 * as a person would, and throws with the screen's own words when it says no.
 */
import type { Page } from 'playwright-core';
import { actionTestId, clusterTestId, testIds } from '../../../renderer/test-ids.ts';

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const runLimitMs = 300_000 * scale;
const screenLimitMs = 60_000 * scale;

const ended = ['succeeded', 'failed', 'cancelled', 'undone', 'interrupted', 'unknown'];

export interface BareServer {
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
  readonly clusterId: string;
  readonly user: string;
  readonly login: { readonly password: string } | { readonly keyPath: string };
}

/** Until every cluster's card says `level`; the fleet screen is left open. */
export async function look(page: Page, clusters: readonly string[], level = 'redundant'): Promise<string> {
  await page.getByTestId(testIds.navFleet).click();
  for (const cluster of clusters) {
    await page
      .locator(`[data-testid="${clusterTestId(cluster)}"][data-level="${level}"]`)
      .waitFor({ timeout: screenLimitMs });
  }
  return (await page.getByTestId(testIds.fleetSentence).textContent()) ?? '';
}

export async function act(
  page: Page,
  action: 'drain' | 'undrain',
  clusterId: string,
  nodeId: string,
): Promise<void> {
  await openCluster(page, clusterId);
  await page.getByTestId(actionTestId(action, nodeId)).click({ timeout: screenLimitMs });
  await page.getByTestId(testIds.planStart).click({ timeout: screenLimitMs });
  await runEnds(page);
}

export async function switchOver(
  page: Page,
  clusterId: string,
  beforeConfirm: () => Promise<unknown>,
): Promise<void> {
  await openCluster(page, clusterId);
  await page.getByTestId(actionTestId('switchover')).click({ timeout: screenLimitMs });
  const confirm = page.getByTestId(testIds.failoverConfirm);
  await confirm.waitFor({ timeout: screenLimitMs });
  await beforeConfirm();
  await confirm.click({ timeout: screenLimitMs });
  await runEnds(page);
}

export async function addServer(
  page: Page,
  server: BareServer,
  beforeStart: () => Promise<unknown>,
): Promise<void> {
  await page.getByTestId(testIds.navAddServer).click();
  await reachServer(page, server);
  const accept = page.getByTestId(testIds.addServerAcceptKey);
  const start = page.getByTestId(testIds.addServerStart);
  await accept.or(start).first().waitFor({ timeout: screenLimitMs });
  if (await accept.isVisible()) await accept.click();
  await start.waitFor({ timeout: screenLimitMs });
  await beforeStart();
  await start.click({ timeout: screenLimitMs });
  await runEnds(page);
}

/** Fills the first step of the wizard and presses its button. */
export async function reachServer(page: Page, server: BareServer): Promise<void> {
  await page.getByTestId(testIds.addServerCluster).click();
  await page.getByRole('option', { name: new RegExp(`^${server.clusterId} `) }).click();
  await page.getByTestId(testIds.addServerName).fill(server.nodeId);
  await page.getByTestId(testIds.addServerAddress).fill(server.address);
  await page.getByTestId(testIds.addServerPort).fill(String(server.port));
  await page.getByTestId(testIds.addServerUser).fill(server.user);
  if ('password' in server.login) {
    await page.getByTestId(`${testIds.addServerAuth}-password`).click();
    await page.getByTestId(testIds.addServerPassword).fill(server.login.password);
  } else {
    await page.getByTestId(`${testIds.addServerAuth}-key`).click();
    await page.getByTestId(testIds.addServerKeyPath).fill(server.login.keyPath);
  }
  await page.getByTestId(testIds.addServerReach).click();
}

export async function openCluster(page: Page, clusterId: string): Promise<void> {
  await page.getByTestId(testIds.navFleet).click();
  await page.getByTestId(clusterTestId(clusterId)).click({ timeout: screenLimitMs });
  await page.getByTestId(testIds.clusterScreen).waitFor({ timeout: screenLimitMs });
}

/** The run on the screen, until it has ended well. Throws with its own sentence when it has not. */
export async function runEnds(page: Page): Promise<void> {
  const any = ended.map((state) => `[data-testid="${testIds.runState}"][data-state="${state}"]`).join(', ');
  const state = page.locator(any).first();
  await state.waitFor({ timeout: runLimitMs });
  if ((await state.getAttribute('data-state')) === 'succeeded') return;
  const said = await page.getByTestId(testIds.runSentence).first().textContent();
  throw new Error(`The run ended as '${await state.getAttribute('data-state')}': ${said ?? ''}`);
}
