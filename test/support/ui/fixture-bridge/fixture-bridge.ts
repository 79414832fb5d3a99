/**
 * A `window.mailyard` that answers from inventions, for looks and for what only the window decides (staleness,
 * focus, keyboard). It is no stand-in for the services: what they do is tested against the real ones.
 */
import type {
  BackendEvent,
  MailyardBridge,
  Reached,
  RequestName,
  RequestResults,
} from '../../../../common/ipc/contract.ts';
import { requestSchemas } from '../../../../common/ipc/contract.ts';
import type { Plan, Run } from '../../../../common/model/run.ts';
import type { NodeState } from '../../../../common/model/views.ts';
import { type FixtureState, fleetFixture, type Scenario } from './fleet-fixture.ts';
import {
  examinationFixture,
  fingerprint,
  metricFixtures,
  nodeDetailFixture,
  seriesFixture,
} from './node-fixture.ts';
import { pastRuns, planFixture, runFixture } from './run-fixture.ts';

/** What a test may do to the invented world; on `window.fixture`. */
export interface FixtureControls {
  /** No view comes any more, as when the services hang. */
  freeze(): void;
  thaw(): void;
  setNode(nodeId: string, state: NodeState): void;
  /** Runs stop in this step. */
  holdAt(step: number | null): void;
  /** The next answer to this request is this failure. */
  failNext(
    name: RequestName,
    problem: 'access-denied' | 'bad-input' | 'host-key-changed',
    message: string,
  ): void;
  readonly asked: readonly { readonly name: string; readonly args: unknown }[];
}

const stepMs = 900;

export function createFixtureBridge(
  scenario: Scenario,
  theme: 'light' | 'dark',
): MailyardBridge & { readonly controls: FixtureControls } {
  const startedAtMs = Date.now();
  let state: FixtureState = {
    scenario,
    startedAtMs,
    states: new Map(),
    vipHolder: 'edge1',
    extraNodes: [],
    runs: pastRuns(startedAtMs),
  };
  let frozen = false;
  let held: number | null = null;
  let settings: RequestResults['settings.get'] = { theme };
  const listeners = new Set<(event: BackendEvent) => void>();
  const plans = new Map<string, Plan>();
  const runs = new Map<string, { readonly plan: Plan; readonly startedAtMs: number; ended: boolean }>();
  const failures = new Map<
    string,
    { problem: 'access-denied' | 'bad-input' | 'host-key-changed'; message: string }
  >();
  const asked: { name: string; args: unknown }[] = [];
  const tell = (event: BackendEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const view = () => fleetFixture(state, Date.now());
  const runOf = (id: string): Run | null => {
    const one = runs.get(id);
    return one ? runFixture(one.plan, id, one.startedAtMs, Date.now(), stepMs, held) : null;
  };
  const setNode = (nodeId: string, nodeState: NodeState): void => {
    state = {
      ...state,
      states: new Map(state.states).set(nodeId, { state: nodeState, sinceMs: Date.now() }),
    };
  };
  const settle = (plan: Plan): void => {
    if (plan.runbook === 'drain' && plan.nodeId) setNode(plan.nodeId, 'drained');
    if (plan.runbook === 'undrain' && plan.nodeId) setNode(plan.nodeId, 'healthy');
    if (plan.runbook === 'switchover') state = { ...state, vipHolder: plan.nodeId ?? 'edge2' };
    if (plan.runbook === 'provision') state = { ...state, extraNodes: ['mx4'] };
  };

  setInterval(() => {
    for (const [id, one] of runs) {
      const run = runOf(id);
      if (!run || one.ended) continue;
      if (run.endedAtMs !== null) {
        one.ended = true;
        settle(one.plan);
      }
      const { steps: _steps, blastRadius: _blast, ...summary } = run;
      state = { ...state, runs: [summary, ...state.runs.filter((other) => other.id !== id)] };
      if (!frozen) tell({ kind: 'run', run });
    }
    if (!frozen) tell({ kind: 'view', view: view() });
  }, 250);

  const answers: { readonly [N in RequestName]: (args: never) => RequestResults[N] } = {
    'app.info': () => ({ version: '0.1.0', electron: 'fixture', platform: 'linux', operator: 'op' }),
    'app.start-choices': () => ({
      recent: [{ path: '/home/op/fleets/webmail-east.yaml', name: 'Webmail East' }],
      labIsUp: true,
    }),
    'fleet.choose-file': () => '/home/op/fleets/webmail-east.yaml',
    'fleet.open': () => open('calm'),
    'fleet.create': () => open('empty'),
    'fleet.try-lab': () => {
      open('calm');
      return { simulated: false };
    },
    'fleet.close': () => open('welcome'),
    'fleet.view': () => (frozen ? null : view()),
    'fleet.file': () => null,
    'fleet.add-cluster': () => open('calm'),
    'node.detail': ({ nodeId }: { nodeId: string }) => nodeDetailFixture(nodeId, view(), Date.now()),
    'node.series': ({ metrics, sinceMs, nodeId }: { metrics: string[]; sinceMs: number; nodeId: string }) =>
      metrics.map((metric, index) =>
        seriesFixture(
          metric,
          metricFixtures.find(({ name }) => name === metric)?.unit ?? '',
          sinceMs,
          Date.now(),
          index + nodeId.length,
        ),
      ),
    'link.accept-host-key': () => null,
    'link.retry': () => null,
    'runbook.plan': (request: Parameters<typeof planFixture>[0]) => {
      const plan = planFixture(request, `p-${plans.size + 1}`, Date.now());
      plans.set(plan.id, plan);
      return plan;
    },
    'runbook.start': ({ planId }: { planId: string }) => {
      const plan = plans.get(planId);
      const runId = `run-${runs.size + 1}`;
      if (plan) runs.set(runId, { plan, startedAtMs: Date.now(), ended: false });
      if (plan?.runbook === 'drain' && plan.nodeId) setNode(plan.nodeId, 'draining');
      return { runId };
    },
    'run.get': ({ runId }: { runId: string }) => runOf(runId) ?? past(runId),
    'run.list': () => state.runs,
    'run.cancel': () => null,
    'run.undo': () => null,
    'run.resume': () => null,
    'server.reach': (): Reached => ({
      state: 'host-key-unknown',
      serverKey: 'k1',
      fingerprint,
      type: 'ssh-ed25519',
      words:
        'amber kettle north violin river stamp cedar ladle  frost wagon mint harbor lemon quilt onyx badge',
    }),
    'server.accept-host-key': (): Reached => ({ state: 'connected', serverKey: 'k1', fingerprint }),
    'server.examine': () => examinationFixture(),
    'settings.get': () => settings,
    'settings.set': (change: Partial<typeof settings>) => {
      settings = { ...settings, ...change };
      return settings;
    },
  };
  const open = (next: Scenario): null => {
    state = { ...state, scenario: next };
    return null;
  };
  const past = (runId: string): Run => {
    const summary = state.runs.find((run) => run.id === runId) ?? state.runs[0];
    const plan = planFixture({ runbook: 'drain', clusterId: 'mx', nodeId: 'mx3' }, 'past', 0);
    const startedAt = summary?.startedAtMs ?? 0;
    return {
      ...runFixture(plan, runId, startedAt, Number.MAX_SAFE_INTEGER, stepMs, null),
      ...(summary as Run),
    };
  };

  return {
    request: async (name, args) => {
      asked.push({ name, args });
      const failure = failures.get(name);
      failures.delete(name);
      if (failure) return { ok: false, ...failure };
      const checked = requestSchemas[name].safeParse(args);
      if (!checked.success)
        return { ok: false, problem: 'bad-input', message: `${name}: ${checked.error.message}` };
      const answer = answers[name] as (args: unknown) => never;
      return { ok: true, value: structuredClone(answer(args)) };
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    controls: {
      freeze: () => {
        frozen = true;
      },
      thaw: () => {
        frozen = false;
      },
      setNode,
      holdAt: (step) => {
        held = step;
      },
      failNext: (name, problem, message) => failures.set(name, { problem, message }),
      asked,
    },
  };
}
