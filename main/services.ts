/**
 * The console's services without Electron: what the utility process serves to
 * the window and what the CLI calls. One object, wired in `createServices`.
 */
import type { BackendEvent, RequestArgs, RequestName, RequestResults } from '../common/ipc/contract.ts';

export type ServiceRequest = Exclude<
  RequestName,
  'app.info' | 'fleet.choose-file' | 'settings.get' | 'settings.set'
>;

export interface Services {
  /** Expected failures throw OpsError; ipc and CLI turn it into a Result or an exit code. */
  handle<N extends ServiceRequest>(name: N, args: RequestArgs<N>): Promise<RequestResults[N]>;
  onEvent(listener: (event: BackendEvent) => void): () => void;
  dispose(): Promise<void>;
}
