import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testIds } from '../../renderer/test-ids.ts';
import { buildWhenStale } from '../support/electron/build.ts';
import { type LaunchedApp, launchApp } from '../support/ui/launch-app.ts';

let launched: LaunchedApp | null = null;
let folder = '';
afterAll(async () => {
  await launched?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('a fleet file that is bad when the app starts with it is refused in the window, with its line and column', async () => {
  await buildWhenStale();
  folder = await mkdtemp(join(tmpdir(), 'mailyard-bad-fleet-'));
  const path = join(folder, 'fleet.yaml');
  await writeFile(
    path,
    'mailyard: 1\nname: east\nclusters:\n  mx:\n    role: postman\n    nodes: [mx1]\nnodes:\n  mx1:\n    address: 192.0.2.1\n',
  );
  launched = await launchApp({ fleetFile: path });
  const error = launched.page.getByTestId(testIds.welcomeError);
  await error.waitFor();
  expect(await error.textContent()).toContain('fleet.yaml:5:5');
  expect(await launched.page.getByTestId(testIds.welcomeTryLab).isEnabled()).toBe(true);
});
