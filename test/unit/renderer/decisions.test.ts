import { describe, expect, test } from 'vitest';
import type { Plan, Run, RunStep } from '../../../common/model/run.ts';
import type { ClusterView, FleetView } from '../../../common/model/views.ts';
import { wizardSteps } from '../../../renderer/screens/add-server/wizard-steps.ts';
import {
  believed,
  keptFromReturning,
  whatMoves,
} from '../../../renderer/screens/failover/what-is-believed.ts';
import { flowLinks } from '../../../renderer/screens/fleet/way-columns.ts';
import { chooseCharts } from '../../../renderer/screens/node/choose-charts.ts';
import { cancelWords, undoWords } from '../../../renderer/screens/runs/cancel-words.ts';
import { usualDurations } from '../../../renderer/screens/runs/usual-durations.ts';
import { paletteMatches } from '../../../renderer/screens/shell/palette-entries.ts';

const step = (change: Partial<RunStep>): RunStep =>
  ({
    id: 's',
    title: 'Wait for its sessions to end',
    cancel: 'now',
    undoable: true,
    changes: '',
    state: 'now',
    ...change,
  }) as RunStep;
const run = (change: Partial<Run>): Run =>
  ({ state: 'running', may: ['cancel'], steps: [], nodeId: 'mx2', ...change }) as Run;

describe('what cancelling will do', () => {
  test('stops a step that can be stopped, at once', () => {
    expect(cancelWords(run({ steps: [step({})] }))).toEqual({
      allowed: true,
      words: expect.stringContaining('at once'),
    });
  });
  test('lets a step finish that must', () => {
    expect(cancelWords(run({ steps: [step({ cancel: 'after-step' })] })).words).toContain('Finishes');
  });
  test('is refused by a step that cannot be stopped half-way, with its name', () => {
    const said = cancelWords(
      run({ may: [], steps: [step({ cancel: 'never', title: 'Hand its queue to mx1' })] }),
    );
    expect(said.allowed).toBe(false);
    expect(said.words).toContain('Hand its queue to mx1');
  });
  test('is not asked for twice', () => expect(cancelWords(run({ state: 'cancelling' })).allowed).toBe(false));
  test('undo names what it puts back, newest first', () => {
    const steps = [
      step({ state: 'done', title: 'Close edge1', changes: 'x' }),
      step({ state: 'done', title: 'Stop Postfix', changes: 'x' }),
      step({ state: 'will', title: 'Later', changes: 'x' }),
    ];
    expect(undoWords(run({ steps }))).toBe('Puts back: stop postfix; close edge1.');
  });
});

describe('how long a step usually takes', () => {
  test('is the median over runs, whichever server it was', () => {
    const past = (nodeId: string, ms: number): Run =>
      run({ nodeId, steps: [step({ id: `stop-${nodeId}`, state: 'done', startedAtMs: 0, endedAtMs: ms })] });
    expect(usualDurations([past('mx1', 1000), past('mx2', 3000), past('mx3', 1200)])).toEqual(
      new Map([['stop-*', 1200]]),
    );
  });
  test('knows nothing of steps that were so already or failed', () => {
    expect(
      usualDurations([run({ steps: [step({ state: 'already', startedAtMs: 0, endedAtMs: 1 })] })]).size,
    ).toBe(0);
  });
});

describe('the failover dialog’s sentences', () => {
  const cluster = (holders: string[], known = true): ClusterView =>
    ({
      id: 'edge',
      nodes: ['edge1', 'edge2'],
      vip: { address: '10.0.0.100/24', holders, known },
      numbers: [],
    }) as unknown as ClusterView;
  const view = (second: 'live' | 'lost'): FleetView =>
    ({
      nodes: [
        { id: 'edge1', state: 'healthy', link: { state: 'live' }, observedAtMs: 0, sentence: '' },
        { id: 'edge2', state: 'healthy', link: { state: second }, observedAtMs: 40_000, sentence: '' },
      ],
    }) as unknown as FleetView;
  const plan = { nodeId: 'edge2', steps: [] } as unknown as Plan;

  test('say who holds the entrance and who agrees', () => {
    expect(believed(view('live'), cluster(['edge1']), 50_000)).toEqual([
      'edge1 holds 10.0.0.100/24.',
      'edge1 and edge2 say so, heard within the last seconds.',
    ]);
  });
  test('say who was not heard, and for how long', () => {
    expect(believed(view('lost'), cluster(['edge1']), 50_000)).toContain(
      'edge2 was last heard 10 s ago; what it does now is not known.',
    );
  });
  test('do not hide two holders, none, or not knowing', () => {
    expect(believed(view('live'), cluster(['edge1', 'edge2']), 0)[0]).toContain('at the same time');
    expect(believed(view('live'), cluster([]), 0)[0]).toContain('Nobody holds');
    expect(believed(view('live'), cluster([], false), 0)[0]).toContain('not known');
  });
  test('say what could be lost: nothing at the entrance, the lag at a store, and that it is not known when it is not', () => {
    expect(whatMoves(plan, cluster(['edge1']), 0).join(' ')).toContain(
      'nothing that was accepted can be lost',
    );
    const store = (value: number | null) =>
      ({
        vip: null,
        nodes: [],
        numbers: [{ label: 'Lag', value, unit: 'seconds', atMs: 0 }],
      }) as unknown as ClusterView;
    expect(whatMoves(plan, store(48), 1000)[0]).toContain('48 s behind');
    expect(whatMoves(plan, store(null), 1000)[0]).toContain('not known');
  });
  test('say that a planned handover does not power the old one off', () => {
    expect(keptFromReturning(plan, cluster(['edge1'])).join(' ')).toContain('not powered off');
  });
});

describe('the wizard’s marks', () => {
  const facts = { busy: null, failure: null, reached: null, examination: null, plan: null, runId: null };
  const connected = { state: 'connected', serverKey: 'k', fingerprint: 'f' } as const;
  test('it is the person’s turn at the beginning and at an unknown key', () => {
    expect(wizardSteps(facts, null).reach.state).toBe('turn');
    expect(
      wizardSteps(
        { ...facts, reached: { ...connected, state: 'host-key-unknown', type: '', words: '' } },
        null,
      ).reach.state,
    ).toBe('turn');
  });
  test('a requirement that is not met stops it before a plan', () => {
    const examination = {
      facts: {} as never,
      checks: [{ code: 'disk', title: '', state: 'failed' as const, detail: '', mend: '' }],
    };
    const steps = wizardSteps({ ...facts, reached: connected, examination }, null);
    expect([steps.examine.state, steps.plan.state]).toEqual(['failed', 'will']);
  });
  test.each([
    ['succeeded', 'done'],
    ['failed', 'failed'],
    ['unknown', 'unknown'],
    ['undone', 'undone'],
    ['running', 'now'],
  ] as const)('a run that is %s is marked %s', (state, mark) => {
    expect(
      wizardSteps({ ...facts, reached: connected, runId: 'r' }, run({ state, endedAtMs: 1 })).join.state,
    ).toBe(mark);
  });
});

describe('the way of the mail', () => {
  const cluster = (id: string, role: string, level = 'redundant'): ClusterView =>
    ({ id, role, verdict: { level } }) as unknown as ClusterView;
  test('goes from outside through the entrance and the mx to the store; reading goes past the mx', () => {
    const links = flowLinks({
      clusters: [cluster('edge', 'edge'), cluster('mx', 'mx'), cluster('s1', 'store')],
    } as unknown as FleetView);
    expect(links.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'the world edge',
      'customers edge',
      'edge mx',
      'mx s1',
      'edge s1',
    ]);
  });
  test('begins at the mx where there is no entrance, and marks what fails', () => {
    const links = flowLinks({ clusters: [cluster('mx', 'mx', 'failing')] } as unknown as FleetView);
    expect(links).toEqual([
      { from: 'the world', to: 'mx', troubled: true },
      { from: 'customers', to: 'mx', troubled: true },
    ]);
  });
});

describe('choosing', () => {
  test('a dozen charts at most, the queue before the CPU, none twice', () => {
    const metric = (name: string) => ({ name, label: name, unit: '', meaning: '' });
    const chosen = chooseCharts([
      metric('host_cpu_busy_ratio'),
      metric('postfix_queue_messages{queue="active"}'),
      ...Array.from({ length: 30 }, (_unused, index) => metric(`x_sessions_${index}`)),
    ]);
    expect(chosen).toHaveLength(12);
    expect(new Set(chosen).size).toBe(12);
    expect(chosen[0]?.name).toContain('queue');
  });
  test('the palette finds a name by its beginning first, then by what it contains', () => {
    const entry = (word: string) => ({ key: word, word, kind: '' });
    expect(
      paletteMatches([entry('Drain mx2'), entry('mx2'), entry('store1')], 'mx').map(({ word }) => word),
    ).toEqual(['mx2', 'Drain mx2']);
    expect(paletteMatches([entry('store1')], 's1').map(({ word }) => word)).toEqual(['store1']);
  });
});
