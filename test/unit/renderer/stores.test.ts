import { describe, expect, test } from 'vitest';
import type { Run } from '../../../common/model/run.ts';
import type { FleetView, NodeView } from '../../../common/model/views.ts';
import { heatMapRows } from '../../../renderer/panels/heat-map-rows.ts';
import { progressShape } from '../../../renderer/panels/progress-shape.ts';
import { nearestIndex } from '../../../renderer/panels/shared-cursor.ts';
import { credentialsOf, emptyForm, formObjections } from '../../../renderer/stores/add-server.ts';
import { afterBatch } from '../../../renderer/stores/fleet.ts';
import { numberTrail, record, stateAt, stateSpans } from '../../../renderer/stores/trails.ts';

const view = (atMs: number, change: Partial<FleetView> = {}): FleetView =>
  ({ atMs, name: 'f', file: 'f.yaml', nodes: [], clusters: [], ...change }) as unknown as FleetView;
const node = (id: string, state: NodeView['state'], sinceMs = 0): NodeView =>
  ({ id, state, sinceMs, numbers: [] }) as unknown as NodeView;

describe('the mirror of what the services say', () => {
  test('a view that was overtaken on its way is dropped', () => {
    expect(afterBatch({ view: view(5), runs: {} }, [{ kind: 'view', view: view(4) }])).toEqual({});
  });

  test('another fleet’s view is taken whatever its time', () => {
    const other = view(1, { name: 'other', file: 'o.yaml' });
    expect(afterBatch({ view: view(5), runs: {} }, [{ kind: 'view', view: other }]).view).toBe(other);
  });

  test('a closed fleet is taken', () => {
    expect(afterBatch({ view: view(5), runs: {} }, [{ kind: 'view', view: null }]).view).toBeNull();
  });

  test('a batch is one change: the newest view, the newest state of each run', () => {
    const run = (id: string, stepsDone: number): Run => ({ id, stepsDone }) as Run;
    const after = afterBatch({ view: undefined, runs: {} }, [
      { kind: 'run', run: run('a', 1) },
      { kind: 'view', view: view(1) },
      { kind: 'run', run: run('a', 2) },
      { kind: 'run', run: run('b', 1) },
    ]);
    expect(after).toEqual({ view: view(1), runs: { a: run('a', 2), b: run('b', 1) } });
  });
});

describe('what the window saw pass by', () => {
  test('states become spans that begin when the server says, and end when another begins', () => {
    record(view(10_000, { name: 'spans', nodes: [node('mx1', 'healthy', 2000)] }));
    record(view(11_000, { name: 'spans', nodes: [node('mx1', 'suspect', 10_500)] }));
    const spans = stateSpans('mx1');
    expect(stateAt(spans, 1000)).toBeNull();
    expect(stateAt(spans, 10_400)).toBe('healthy');
    expect(stateAt(spans, 10_600)).toBe('suspect');
  });

  test('another fleet begins with an empty past', () => {
    record(view(1, { name: 'next', nodes: [] }));
    expect(stateSpans('mx1')).toEqual([]);
  });

  test('numbers are kept once a second, an absent one as a gap', () => {
    const clusters = (value: number | null) =>
      [
        { id: 'mx', numbers: [{ label: 'Queue', value, unit: '', atMs: 0 }] },
      ] as unknown as FleetView['clusters'];
    record(view(100_000, { name: 'n', clusters: clusters(1) }));
    record(view(100_300, { name: 'n', clusters: clusters(2) }));
    record(view(101_000, { name: 'n', clusters: clusters(null) }));
    expect(numberTrail('mx', 'Queue')).toEqual({ atMs: [100_000, 101_000], values: [1, null] });
  });
});

describe('the heat map', () => {
  test('few servers keep the order of the file', () => {
    const nodes = [node('b', 'healthy'), node('a', 'failing')];
    expect(heatMapRows(nodes, () => []).nodes.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('of many only the odd ones have a line, worst first, and the rest is counted', () => {
    const nodes = Array.from({ length: 300 }, (_unused, index) =>
      node(`n${index}`, index === 7 ? 'degraded' : index === 9 ? 'failing' : 'healthy'),
    );
    const rows = heatMapRows(nodes, (id) => (id === 'n20' ? [{ fromMs: 0, state: 'suspect' }] : []));
    expect(rows.nodes.map(({ id }) => id)).toEqual(['n9', 'n7', 'n20']);
    expect(rows.untold).toBe(297);
  });
});

describe('the curve of a wait', () => {
  const progress = {
    text: '',
    label: 'sessions',
    unit: '',
    points: [
      [0, 100],
      [1000, 50],
    ] as [number, number][],
    etaMs: 2000,
    stalled: false,
  };

  test('leads to zero where the end is expected', () => {
    expect(progressShape(progress).expected).toEqual([
      { at: 1000, value: 50 },
      { at: 3000, value: 0 },
    ]);
  });

  test('promises nothing when it has stalled or no end is known', () => {
    expect(progressShape({ ...progress, stalled: true }).expected).toEqual([]);
    expect(progressShape({ ...progress, etaMs: null }).expected).toEqual([]);
  });

  test('draws at most 150 points and always the last', () => {
    const points = Array.from({ length: 1000 }, (_unused, index) => [index, index] as [number, number]);
    const shape = progressShape({ ...progress, points });
    expect(shape.points.length).toBeLessThanOrEqual(151);
    expect(shape.points.at(-1)).toEqual({ at: 999, value: 999 });
  });
});

describe('the cursor', () => {
  test.each([
    [[], 5, -1],
    [[10], 5, 0],
    [[10, 20, 30], 14, 0],
    [[10, 20, 30], 16, 1],
    [[10, 20, 30], 99, 2],
  ] as const)('in %j nearest to %i is %i', (atMs, wanted, index) => {
    expect(nearestIndex(atMs, wanted)).toBe(index);
  });
});

describe('the add-server form', () => {
  test('an empty form says what is missing, a whole one nothing', () => {
    expect(Object.keys(formObjections(emptyForm)).sort()).toEqual([
      'address',
      'clusterId',
      'nodeId',
      'password',
    ]);
    expect(
      formObjections({ ...emptyForm, clusterId: 'mx', nodeId: 'mx3', address: '10.0.0.1', password: 'x' }),
    ).toEqual({});
  });

  test('only what belongs to the way of logging in is sent', () => {
    const form = { ...emptyForm, password: 'secret', keyPath: '/k', passphrase: '' };
    expect(credentialsOf({ ...form, auth: 'agent' })).toEqual({ kind: 'agent', user: 'root' });
    expect(credentialsOf({ ...form, auth: 'key' })).toEqual({ kind: 'key', user: 'root', path: '/k' });
    expect(credentialsOf(form)).toEqual({ kind: 'password', user: 'root', password: 'secret' });
  });
});
