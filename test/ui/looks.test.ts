/**
 * What only the window decides, in a real Electron on an invented fleet: contrast and names (axe), staleness,
 * keyboard, focus, the order of a decision. What the services do is tested on the real ones.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionTestId, clusterTestId, nodeTestId, runStepTestId, testIds } from '../../renderer/test-ids.ts';
import { type FixtureApp, launchFixture, type Theme } from '../support/ui/fixture-bridge/launch-fixture.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let window: FixtureApp;
const by = (id: string) => window.page.getByTestId(id);

beforeAll(async () => {
  window = await launchFixture();
  // By the debugger, which the content policy does not bind; in every page that is loaded from now on.
  await window.page.addInitScript(axeSource);
}, 120_000);
afterAll(() => window.close());

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** axe's complaints about the page as it is, one line each. Names are the same in both themes: light is asked for contrast. */
async function complaints(rules: 'all' | 'contrast'): Promise<readonly string[]> {
  const violations = await window.page.evaluate(async (which) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    const only = which === 'contrast' ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {};
    return (await axe.run({ resultTypes: ['violations'], ...only })).violations;
  }, rules);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

async function toPlan(): Promise<void> {
  await by(clusterTestId('mx')).click();
  await by(actionTestId('drain', 'mx2')).click();
  await by(testIds.planStart).waitFor();
}

async function toHostKey(): Promise<void> {
  await by(testIds.navAddServer).click();
  await by(testIds.addServerCluster).click();
  await window.page.getByRole('option', { name: 'mx (mx)' }).click();
  await by(testIds.addServerName).fill('mx4');
  await by(testIds.addServerAddress).fill('10.77.0.17');
  await by(testIds.addServerPassword).fill('not-to-be-kept');
  await by(testIds.addServerReach).click();
  await by(testIds.addServerFingerprint).waitFor();
}

const screens: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'welcome',
    async () => {
      await window.open('welcome', theme);
      await by(testIds.welcomeFirstServer).click();
      await by(testIds.welcomeFleetName).waitFor();
    },
  ],
  [
    'fleet',
    async () => {
      await window.open('calm', theme);
    },
  ],
  [
    'fleet in trouble',
    async () => {
      await window.open('trouble', theme);
      await by(testIds.problems).getByText('silent').waitFor();
    },
  ],
  [
    'fleet of 300',
    async () => {
      await window.open('large', theme);
    },
  ],
  [
    'cluster',
    async () => {
      await window.open('trouble', theme);
      await by(clusterTestId('mx')).click();
      await by(testIds.clusterScreen).waitFor();
    },
  ],
  [
    'node',
    async () => {
      await window.open('trouble', theme);
      await by(nodeTestId('mx2')).click();
      await window.page.locator('.recharts-surface').first().waitFor();
    },
  ],
  [
    'plan',
    async () => {
      await window.open('calm', theme);
      await toPlan();
    },
  ],
  [
    'run',
    async () => {
      await window.open('calm', theme);
      await window.control('holdAt', 3);
      await toPlan();
      await by(testIds.planStart).click();
      await window.page.locator('.progress-curve').waitFor();
    },
  ],
  [
    'runs',
    async () => {
      await window.open('calm', theme);
      await by(testIds.navRuns).click();
      await by(testIds.runsScreen).getByText('failed at').waitFor();
    },
  ],
  [
    'failover dialog',
    async () => {
      await window.open('calm', theme);
      await by(clusterTestId('edge')).click();
      await by(actionTestId('switchover')).click();
      await by(testIds.failoverConfirm).waitFor();
    },
  ],
  [
    'add a server',
    async () => {
      await window.open('calm', theme);
      await by(testIds.navAddServer).click();
      await by(testIds.addServerReach).click();
    },
  ],
  [
    'add a server, host key',
    async () => {
      await window.open('calm', theme);
      await toHostKey();
    },
  ],
  [
    'add a server, plan',
    async () => {
      await window.open('calm', theme);
      await toHostKey();
      await by(testIds.addServerAcceptKey).click();
      await by(testIds.addServerStart).waitFor();
    },
  ],
  [
    'palette',
    async () => {
      await window.open('calm', theme);
      await window.page.keyboard.press('/');
      await by(testIds.paletteInput).waitFor();
    },
  ],
];
let theme: Theme = 'dark';

describe.each(['dark', 'light'] as const)('in the %s theme', (chosen) => {
  test.each(screens)('%s has a name for everything and enough contrast', async (name, show) => {
    theme = chosen;
    await show();
    await window.screenshot(`${name.replaceAll(/[ ,]+/g, '-')}-${chosen}`);
    expect(await complaints(chosen === 'dark' ? 'all' : 'contrast')).toEqual([]);
  });
});

describe('no action on stale state', () => {
  test('a view that stops coming disables every action within seconds, says why, and lets go when it comes again', async () => {
    await window.open('calm');
    await by(clusterTestId('mx')).click();
    const drain = by(actionTestId('drain', 'mx2'));
    await drain.waitFor();
    expect(await drain.isEnabled()).toBe(true);
    await window.control('freeze');
    await window.page.waitForFunction(
      (id) => document.querySelector<HTMLButtonElement>(`[data-testid="${id}"]`)?.disabled,
      actionTestId('drain', 'mx2'),
    );
    expect(await by(testIds.banner).textContent()).toContain('old');
    await window.control('thaw');
    await window.page.waitForFunction(
      (id) => document.querySelector<HTMLButtonElement>(`[data-testid="${id}"]`)?.disabled === false,
      actionTestId('drain', 'mx2'),
    );
  });

  test('a server whose link is suspect cannot be acted on, its neighbour can', async () => {
    await window.open('trouble');
    await by(clusterTestId('mx')).click();
    expect(await by(actionTestId('drain', 'mx2')).isDisabled()).toBe(true);
    expect(await by(actionTestId('drain', 'mx3')).isEnabled()).toBe(true);
    await by(nodeTestId('mx2')).click();
    expect(await by(actionTestId('drain')).isDisabled()).toBe(true);
    expect(await by(testIds.nodeScreen).textContent()).toContain('its link is suspect');
  });

  test('a plan made while it was fresh cannot be started on stale state', async () => {
    await window.open('calm');
    await toPlan();
    await window.control('freeze');
    await window.page.waitForFunction(
      (id) => document.querySelector<HTMLButtonElement>(`[data-testid="${id}"]`)?.disabled,
      testIds.planStart,
    );
  });

  test('what blocks an action is said beside it', async () => {
    await window.open('trouble');
    await by(clusterTestId('mx')).click();
    expect(await by(actionTestId('drain', 'mx1')).isDisabled()).toBe(true);
    expect(await by(testIds.clusterScreen).textContent()).toContain('draining it would stop incoming mail');
  });
});

describe('a drain from the plan to its end', () => {
  test('shows the plan, starts nothing before it is told to, then each step as it comes', async () => {
    await window.open('calm');
    await window.control('holdAt', 3);
    await toPlan();
    expect((await window.asked()).map(({ name }) => name)).not.toContain('runbook.start');
    expect(await by(testIds.planStart).textContent()).toBe('Drain mx2');
    await by(testIds.planStart).click();
    await by(testIds.runState).and(window.page.locator('[data-state="running"]')).waitFor();
    await by(runStepTestId('wait-sessions')).and(window.page.locator('[data-state="now"]')).waitFor();
    expect(await by(testIds.runScreen).textContent()).toContain('at once');
    await window.control('holdAt', null);
    await by(testIds.runState).and(window.page.locator('[data-state="succeeded"]')).waitFor();
    expect(await by(testIds.runUndo).isEnabled()).toBe(true);
    await by(testIds.navFleet).click();
    await by(nodeTestId('mx2')).and(window.page.locator('[data-state="drained"]')).waitFor();
  });
});

describe('the failover dialog', () => {
  test('holds the focus on Cancel, names verb and object on its button, and Escape changes nothing', async () => {
    await window.open('calm');
    await by(clusterTestId('edge')).click();
    await by(actionTestId('switchover')).click();
    await by(testIds.failoverConfirm).waitFor();
    const focused = () => window.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    await expect.poll(focused).toBe(testIds.cancel);
    expect(await by(testIds.failoverConfirm).textContent()).toBe('Move the entrance to edge2');
    const headings = await window.page.getByRole('dialog').locator('h3').allTextContents();
    expect(headings).toEqual([
      'How it stands',
      'What moves, and what could be lost',
      'What keeps the old one from coming back',
      'What is noticed, and for how long',
    ]);
    await window.page.keyboard.press('Escape');
    await by(testIds.failoverConfirm).waitFor({ state: 'detached' });
    expect((await window.asked()).map(({ name }) => name)).not.toContain('runbook.start');
  });
});

describe('adding a server', () => {
  test('shows the key before anything, keeps its place when one leaves, and forgets the password', async () => {
    await window.open('calm');
    await toHostKey();
    expect((await window.asked()).map(({ name }) => name)).not.toContain('server.accept-host-key');
    await by(testIds.navFleet).click();
    await by(testIds.fleetScreen).waitFor();
    await by(testIds.navAddServer).click();
    expect(await by(testIds.addServerFingerprint).textContent()).toMatch(/^SHA256:/);
    expect((await by(testIds.addServerWords).textContent())?.split(/\s+/).length).toBeGreaterThanOrEqual(8);
    await by(testIds.addServerAcceptKey).click();
    await by(testIds.addServerStart).waitFor();
    await by(testIds.addServerReset).click();
    expect(await by(testIds.addServerPassword).inputValue()).toBe('');
    expect(await by(testIds.addServerAddress).inputValue()).toBe('10.77.0.17');
  });

  test('a wrong password is said in place, and can be tried again', async () => {
    await window.open('calm');
    await toHostKey();
    await window.control(
      'failNext',
      'server.accept-host-key',
      'access-denied',
      'root@10.77.0.17 does not accept this password.',
    );
    await by(testIds.addServerAcceptKey).click();
    await by(testIds.addServerError).getByText('does not accept this password').waitFor();
    await by(testIds.addServerAcceptKey).click();
    await by(testIds.addServerStart).waitFor();
  });

  test('ends with the new server in the fleet', async () => {
    await window.open('calm');
    await toHostKey();
    await by(testIds.addServerAcceptKey).click();
    await by(testIds.addServerStart).click();
    await by(testIds.runState).and(window.page.locator('[data-state="succeeded"]')).waitFor();
    await by(testIds.navFleet).click();
    await by(nodeTestId('mx4')).waitFor();
  });
});

describe('the welcome screen', () => {
  test('a fleet file that cannot be used is refused with line and column', async () => {
    await window.open('welcome');
    await window.control(
      'failNext',
      'fleet.open',
      'bad-input',
      'east.yaml, line 12, column 3: expected a list of nodes.',
    );
    await by(testIds.welcomeOpenFile).click();
    await by(testIds.welcomeError).getByText('line 12, column 3').waitFor();
  });

  test('the first server leads through the fleet’s name to the wizard', async () => {
    await window.open('welcome');
    await by(testIds.welcomeFirstServer).click();
    await by(testIds.welcomeCreate).click();
    await by(testIds.addServerScreen).waitFor();
    await by(testIds.newClusterCreate).waitFor();
  });
});

describe('the keyboard', () => {
  test('1 to 5 go to the screens, Escape goes back, never while one types', async () => {
    await window.open('calm');
    await by(testIds.fleetScreen).waitFor();
    for (const [key, screen] of [
      ['2', testIds.clusterScreen],
      ['3', testIds.nodeScreen],
      ['4', testIds.runsScreen],
      ['5', testIds.addServerScreen],
    ] as const) {
      await window.page.keyboard.press(key);
      await by(screen).waitFor();
    }
    await by(testIds.addServerName).fill('mx');
    await by(testIds.addServerName).press('1');
    expect(await by(testIds.addServerName).inputValue()).toBe('mx1');
    await by(testIds.addServerName).blur();
    await window.page.keyboard.press('Escape');
    await by(testIds.runsScreen).waitFor();
  });

  test('the palette finds a server and goes there', async () => {
    await window.open('calm');
    await window.page.keyboard.press('Control+k');
    await by(testIds.paletteInput).fill('store1b');
    await by(testIds.paletteInput).press('Enter');
    await by(testIds.nodeScreen).getByText('store1b').first().waitFor();
  });
});

describe('motion', () => {
  test('nothing turns when the person wants no motion', async () => {
    await window.page.emulateMedia({ reducedMotion: 'reduce' });
    await window.open('calm');
    await window.control('holdAt', 3);
    await toPlan();
    await by(testIds.planStart).click();
    await window.page.locator('.step-glyph .turning').first().waitFor();
    const durations = await window.page.evaluate(() =>
      document.getAnimations().map((animation) => animation.effect?.getComputedTiming().duration),
    );
    expect(durations.filter((duration) => duration !== 0)).toEqual([]);
    await window.page.emulateMedia({ reducedMotion: null });
  });
});
