import { describe, expect, it } from 'vitest';
import { ConnectionPool } from '../../../../main/ssh/pool.ts';
import type { SshConnection, SshTarget, Transport } from '../../../../main/ssh/transport.ts';

interface Pending {
  connect(): FakeConnection;
  fail(why: Error): void;
  readonly signal: AbortSignal | undefined;
}

interface FakeConnection extends SshConnection {
  die(): void;
  readonly wasClosed: boolean;
}

function fakeConnection(): FakeConnection {
  let die = (): void => {};
  let wasClosed = false;
  const closed = new Promise<Error | null>((resolve) => {
    die = () => resolve(null);
  });
  return {
    closed,
    die,
    get wasClosed() {
      return wasClosed;
    },
    close: () => {
      wasClosed = true;
      die();
    },
  } as unknown as FakeConnection;
}

function pool() {
  const pending: Pending[] = [];
  const transport: Transport = {
    connect: (_target, { signal }) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        pending.push({
          signal,
          connect: () => {
            const connection = fakeConnection();
            resolve(connection);
            return connection;
          },
          fail: reject,
        });
      }),
    dispose: () => {},
  };
  return { pending, pool: new ConnectionPool({ transport, targetOf: async () => ({}) as SshTarget }) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the connection pool', () => {
  it('shares one connection among all who ask', async () => {
    const { pool: shared, pending } = pool();
    const asked = [shared.get('mx1'), shared.get('mx1'), shared.get('mx1')];
    await turn();
    expect(pending).toHaveLength(1);
    const connection = pending[0]!.connect();
    expect(await Promise.all(asked)).toEqual([connection, connection, connection]);
    expect(await shared.get('mx1')).toBe(connection);
  });

  it('makes a new one when the old one died', async () => {
    const { pool: shared, pending } = pool();
    const first = shared.get('mx1');
    await turn();
    pending[0]!.connect().die();
    await first;
    await turn();
    void shared.get('mx1');
    await turn();
    expect(pending).toHaveLength(2);
  });

  it('does not keep a failure', async () => {
    const { pool: shared, pending } = pool();
    const first = shared.get('mx1');
    await turn();
    pending[0]!.fail(new Error('refused'));
    await expect(first).rejects.toThrow('refused');
    void shared.get('mx1');
    await turn();
    expect(pending).toHaveLength(2);
  });

  it('calls the connect off only when nobody waits any more', async () => {
    const { pool: shared, pending } = pool();
    const one = new AbortController();
    const two = new AbortController();
    const first = shared.get('mx1', one.signal);
    const second = shared.get('mx1', two.signal);
    await turn();
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(pending[0]!.signal?.aborted).toBe(false);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(pending[0]!.signal?.aborted).toBe(true);
  });

  it('closes everything when it is disposed of', async () => {
    const { pool: shared, pending } = pool();
    const first = shared.get('mx1');
    await turn();
    const connection = pending[0]!.connect();
    await first;
    shared.dispose();
    await turn();
    expect(connection.wasClosed).toBe(true);
    await expect(shared.get('mx1')).rejects.toThrow('closing');
  });
});
