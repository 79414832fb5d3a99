import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { ToBackend } from '../../../../common/ipc/channels.ts';

vi.mock('electron', () => ({
  MessageChannelMain: class {
    port1 = 'port of the services';
    port2 = 'port of the window';
  },
}));
const { BackendClient } = await import('../../../../main/ipc/backend-client.ts');

class Process extends EventEmitter {
  readonly sent: { message: ToBackend; transfer: unknown }[] = [];
  postMessage(message: ToBackend, transfer?: unknown): void {
    this.sent.push({ message, transfer });
  }
}

const windowThatTakes = (taken: unknown[]) => ({
  isDestroyed: () => false,
  postMessage: (...args: unknown[]) => void taken.push(args),
});

describe('the talk with the services’ process', () => {
  test('what is asked before it is ready is sent when it is', async () => {
    const client = new BackendClient();
    const process = new Process();
    client.attach(process as never);
    const answer = client.request('fleet.view', {});
    expect(process.sent).toEqual([]);
    process.emit('message', { kind: 'ready' });
    expect(process.sent.map(({ message }) => message)).toEqual([
      { kind: 'request', id: 1, name: 'fleet.view', args: {} },
    ]);
    process.emit('message', { kind: 'answer', id: 1, result: { ok: true, value: null } });
    expect(await answer).toEqual({ ok: true, value: null });
  });

  test('when it dies, whoever waits is told that the outcome is not known, and the window gets a new port', async () => {
    const client = new BackendClient();
    const first = new Process();
    const taken: unknown[] = [];
    client.attach(first as never);
    client.stream(windowThatTakes(taken) as never);
    first.emit('message', { kind: 'ready' });
    expect(taken).toHaveLength(1);
    const answer = client.request('runbook.start', { planId: 'p', overrides: [] });
    first.emit('exit', 9);
    expect(await answer).toMatchObject({ ok: false, problem: 'internal' });
    expect(JSON.stringify(await answer)).toContain('may or may not');

    const second = new Process();
    client.attach(second as never);
    second.emit('message', { kind: 'ready' });
    expect(taken).toHaveLength(2);
    expect(second.sent.map(({ message }) => message.kind)).toEqual(['events']);
  });

  test('a dead process’s late words change nothing', async () => {
    const client = new BackendClient();
    const first = new Process();
    client.attach(first as never);
    const second = new Process();
    client.attach(second as never);
    const answer = client.request('fleet.view', {});
    first.emit('message', { kind: 'ready' });
    first.emit('message', { kind: 'answer', id: 1, result: { ok: true, value: 'stale' } });
    second.emit('message', { kind: 'ready' });
    second.emit('message', { kind: 'answer', id: 1, result: { ok: true, value: 'fresh' } });
    expect(await answer).toEqual({ ok: true, value: 'fresh' });
  });
});
