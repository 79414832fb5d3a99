/**
 * The bridge: `window.mailyard`, built from the contract's names. It can ask
 * what the contract lists and nothing else; the events' port stays in here.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { type EventBatch, eventsChannel, requestChannel } from '../common/ipc/channels.ts';
import { type BackendEvent, type MailyardBridge, requestNames } from '../common/ipc/contract.ts';

const known: ReadonlySet<string> = new Set(requestNames);
const listeners = new Set<(event: BackendEvent) => void>();
let port: MessagePort | null = null;

ipcRenderer.on(eventsChannel, (event) => {
  port?.close();
  port = event.ports[0] ?? null;
  if (!port) return;
  port.onmessage = (message: MessageEvent<EventBatch>) => {
    for (const item of message.data) for (const listener of listeners) listener(item);
  };
});

const bridge: MailyardBridge = {
  request: (name, args) => {
    if (!known.has(name)) {
      return Promise.resolve({
        ok: false,
        problem: 'bad-input',
        message: 'The window asked for something that this version does not know.',
      });
    }
    return ipcRenderer.invoke(requestChannel, { name, args });
  },
  onEvent: (listener) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

contextBridge.exposeInMainWorld('mailyard', bridge);
