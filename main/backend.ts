/**
 * The services' process: SSH, links, decoding, history and runbooks run here,
 * so that neither the window nor the main process ever waits for them.
 * Started by main/app with utilityProcess.fork; talks over parentPort only.
 */
import type { MessagePortMain } from 'electron';
import type { FromBackend, ToBackend } from '../common/ipc/channels.ts';
import type { BackendEvent } from '../common/ipc/contract.ts';
import { OpsError } from '../common/model/ops-error.ts';
import type { Result } from '../common/model/result.ts';
import { createServices } from './create-services.ts';
import { EventBatches } from './ipc/event-batches.ts';
import type { ServiceRequest, Services } from './services.ts';

/** A window that hears nothing for this long thinks that what it shows is stale. */
const viewAtLeastEveryMs = 1000;

const parent = process.parentPort;

function tellMain(message: FromBackend): void {
  parent.postMessage(message);
}

async function answer(services: Services, name: ServiceRequest, args: unknown): Promise<Result<unknown>> {
  try {
    return { ok: true, value: await services.handle(name, args as never) };
  } catch (thrown) {
    const error = OpsError.from(thrown);
    if (error.problem === 'internal') console.error(`${name} failed:`, thrown);
    return { ok: false, problem: error.problem, message: error.message };
  }
}

/** Tells every window what became of the last fleet file that was asked for: the menu and --fleet have no other way. */
class OpenFailures {
  #last: BackendEvent = { kind: 'open-failed', failure: null };
  readonly #listeners = new Set<(event: BackendEvent) => void>();

  answered(name: string, result: Result<unknown>): void {
    if (name !== 'fleet.open') return;
    this.#last = { kind: 'open-failed', failure: result.ok ? null : result };
    for (const listener of this.#listeners) listener(this.#last);
  }

  listen(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#last);
    return () => this.#listeners.delete(listener);
  }
}

/** Streams events to one window until its port closes; starts with the view as it is. */
function streamTo(services: Services, openFailures: OpenFailures, port: MessagePortMain): void {
  const batches = new EventBatches((batch) => port.postMessage(batch));
  let viewSentAtMs = 0;
  const stopHearing = openFailures.listen((event) => batches.add(event));
  const stopListening = services.onEvent((event) => {
    if (event.kind === 'view') viewSentAtMs = Date.now();
    batches.add(event);
  });
  const sendView = async (): Promise<void> => {
    if (Date.now() - viewSentAtMs < viewAtLeastEveryMs) return;
    viewSentAtMs = Date.now();
    const view = await answer(services, 'fleet.view', {});
    if (view.ok) batches.add({ kind: 'view', view: view.value as never });
  };
  void sendView();
  const heartbeat = setInterval(() => void sendView(), viewAtLeastEveryMs / 2);
  port.on('close', () => {
    clearInterval(heartbeat);
    stopListening();
    stopHearing();
    batches.dispose();
  });
  port.start();
}

async function main(): Promise<void> {
  const openFailures = new OpenFailures();
  const services = await createServices();
  parent.on('message', ({ data, ports }: { data: ToBackend; ports: MessagePortMain[] }) => {
    switch (data.kind) {
      case 'request':
        void answer(services, data.name as ServiceRequest, data.args).then((result) => {
          openFailures.answered(data.name, result);
          tellMain({ kind: 'answer', id: data.id, result });
        });
        return;
      case 'events':
        if (ports[0]) streamTo(services, openFailures, ports[0]);
        return;
      case 'stop':
        void services.dispose().then(() => tellMain({ kind: 'stopped' }));
    }
  });
  tellMain({ kind: 'ready' });
}

void main();
