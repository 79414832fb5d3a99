/**
 * The one door between the window and the rest: check the sender, check the
 * request against the contract, call, answer a Result. A bug behind the door
 * becomes an 'internal' answer; it never reaches the window as a stack trace.
 */
import { ipcMain } from 'electron';
import { requestChannel } from '../../common/ipc/channels.ts';
import { answeredByMain, type RequestArgs, type RequestResults } from '../../common/ipc/contract.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { Result } from '../../common/model/result.ts';
import type { ServiceRequest } from '../services.ts';
import { checkRequest } from './check-request.ts';
import { type Sender, senderObjection } from './trusted-sender.ts';

type MainName = (typeof answeredByMain)[number];

/** What needs Electron (dialogs, theme, versions); implemented in main/app. */
export type MainAnswers = {
  readonly [N in MainName]: (args: RequestArgs<N>) => Promise<RequestResults[N]>;
};

/** Everything else: the services, wherever they run. */
export interface BackendRequests {
  request(name: ServiceRequest, args: unknown): Promise<Result<unknown>>;
}

export interface InvokeHandlers {
  handle(
    channel: string,
    listener: (event: { readonly senderFrame: Sender | null }, raw: unknown) => Promise<Result<unknown>>,
  ): void;
  removeHandler(channel: string): void;
}

/** Starts answering the window. The returned function stops it. */
export function serveWindow(
  answers: MainAnswers,
  backend: BackendRequests,
  handlers: InvokeHandlers = ipcMain,
): () => void {
  handlers.handle(requestChannel, async (event, raw) => {
    const objection = senderObjection(event.senderFrame);
    if (objection !== null) return { ok: false, problem: 'access-denied', message: objection };
    return answerRequest(answers, backend, raw);
  });
  return () => handlers.removeHandler(requestChannel);
}

export async function answerRequest(
  answers: MainAnswers,
  backend: BackendRequests,
  raw: unknown,
): Promise<Result<unknown>> {
  const checked = checkRequest(raw);
  if (!checked.ok) return checked;
  const { name, args } = checked.value;
  try {
    if (isMainName(name)) {
      const answer = answers[name] as (args: unknown) => Promise<unknown>;
      return { ok: true, value: await answer(args) };
    }
    return await backend.request(name, args);
  } catch (thrown) {
    const error = OpsError.from(thrown);
    return { ok: false, problem: error.problem, message: error.message };
  }
}

function isMainName(name: string): name is MainName {
  return (answeredByMain as readonly string[]).includes(name);
}
