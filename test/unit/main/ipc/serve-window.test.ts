import { describe, expect, test, vi } from 'vitest';
import { requestNames } from '../../../../common/ipc/contract.ts';
import { OpsError } from '../../../../common/model/ops-error.ts';
import { checkRequest } from '../../../../main/ipc/check-request.ts';
import { senderObjection } from '../../../../main/ipc/trusted-sender.ts';

vi.mock('electron', () => ({ ipcMain: {} }));
const { answerRequest, serveWindow } = await import('../../../../main/ipc/serve-window.ts');
type MainAnswers = import('../../../../main/ipc/serve-window.ts').MainAnswers;

const answers: MainAnswers = {
  'app.info': async () => ({ version: '1', electron: '1', platform: 'linux', operator: 'op' }),
  'fleet.choose-file': async () => null,
  'settings.get': async () => ({ theme: 'dark' }),
  'settings.set': async () => {
    throw new OpsError('internal', 'The disk is full.');
  },
};

const backend = () => {
  const asked: unknown[] = [];
  return {
    asked,
    request: async (name: string, args: unknown) => {
      asked.push({ name, args });
      return { ok: true as const, value: 'from the services' };
    },
  };
};

describe('who may ask', () => {
  const ours = { url: 'app://mailyard/index.html', parent: null };
  test.each([
    ['our own page', ours, true],
    ['a frame in our page', { ...ours, parent: ours }, false],
    ['a page from the net', { url: 'https://mailyard.example/', parent: null }, false],
    ['a page that only looks like ours', { url: 'https://app//mailyard/index.html', parent: null }, false],
    ['a local file', { url: 'file:///etc/passwd', parent: null }, false],
    ['a page without an address', { url: '', parent: null }, false],
    ['a page that is gone', null, false],
  ])('%s', (_who, frame, allowed) => {
    expect(senderObjection(frame) === null).toBe(allowed);
  });

  test('a stranger is refused before its request is even read', async () => {
    const services = backend();
    let handler: (event: never, raw: unknown) => Promise<unknown> = async () => null;
    serveWindow(answers, services, {
      handle: (_channel, listener) => (handler = listener),
      removeHandler: () => undefined,
    });
    const answer = await handler({ senderFrame: { url: 'https://evil.example/', parent: null } } as never, {
      name: 'fleet.view',
      args: {},
    });
    expect(answer).toMatchObject({ ok: false, problem: 'access-denied' });
    expect(services.asked).toEqual([]);
  });
});

describe('what may be asked', () => {
  test('every name of the contract is known', () => {
    for (const name of requestNames) {
      const checked = checkRequest({ name, args: null });
      expect(checked.ok ? '' : checked.message, name).not.toContain('does not know');
    }
  });

  test.each([
    ['a name that is not in the contract', { name: 'shell.run', args: {} }],
    ['a name that every object has', { name: 'constructor', args: {} }],
    ['__proto__', { name: '__proto__', args: {} }],
    ['no name', { args: {} }],
    ['no object', 'fleet.view'],
    ['nothing', null],
    ['a field that nobody asked for', { name: 'node.detail', args: { nodeId: 'mx1', also: 1 } }],
    ['a name of a node that is a path', { name: 'node.detail', args: { nodeId: '../etc' } }],
    [
      'a port that is none',
      {
        name: 'server.reach',
        args: {
          nodeId: 'a',
          address: 'b',
          port: 70000,
          clusterId: 'c',
          failureDomain: null,
          credentials: { kind: 'agent', user: 'root' },
        },
      },
    ],
  ])('refuses %s', (_what, raw) => {
    expect(checkRequest(raw)).toMatchObject({ ok: false, problem: 'bad-input' });
  });

  test('says which field is wrong and never repeats a password', () => {
    const checked = checkRequest({
      name: 'server.reach',
      args: {
        ...{ nodeId: 'a', address: 'b', port: 'ssh', clusterId: 'c', failureDomain: null },
        credentials: { kind: 'password', user: 'root', password: 'hunter2', more: 'hunter2' },
      },
    });
    expect(checked.ok).toBe(false);
    if (checked.ok) return;
    expect(checked.message).toContain('port');
    expect(checked.message).not.toContain('hunter2');
  });
});

describe('who answers', () => {
  test('the services answer what the main process does not', async () => {
    const services = backend();
    const answer = await answerRequest(answers, services, { name: 'node.detail', args: { nodeId: 'mx1' } });
    expect(answer).toEqual({ ok: true, value: 'from the services' });
    expect(services.asked).toEqual([{ name: 'node.detail', args: { nodeId: 'mx1' } }]);
  });

  test('the main process answers its own, and a failure keeps its problem and its words', async () => {
    const services = backend();
    expect(await answerRequest(answers, services, { name: 'settings.get', args: {} })).toEqual({
      ok: true,
      value: { theme: 'dark' },
    });
    expect(await answerRequest(answers, services, { name: 'settings.set', args: {} })).toEqual({
      ok: false,
      problem: 'internal',
      message: 'The disk is full.',
    });
    expect(services.asked).toEqual([]);
  });
});
