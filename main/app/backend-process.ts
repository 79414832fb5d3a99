import { utilityProcess } from 'electron';
import type { BackendClient } from '../ipc/backend-client.ts';

export interface BackendProcessOptions {
  readonly script: string;
  readonly client: BackendClient;
  readonly env: NodeJS.ProcessEnv;
}

export interface RunningBackend {
  /** Lets the services close what they hold; ends their process after 5 s at the latest. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 5_000;
const firstRestartMs = 250;
const longestRestartMs = 30_000;
/** Having run this long, a process that dies is restarted at once again. */
const steadyAfterMs = 60_000;

/**
 * Runs the services in their own process, and starts them anew when that process dies: the fleet goes on
 * without the console, so a console that lost its services has only to look again.
 */
export function runBackend({ script, client, env }: BackendProcessOptions): RunningBackend {
  let stopping = false;
  let restartMs = firstRestartMs;
  let restart: NodeJS.Timeout | undefined;
  let end: () => void = () => undefined;

  const start = (): void => {
    const startedAtMs = Date.now();
    const child = utilityProcess.fork(script, [], {
      serviceName: 'Mailyard Services',
      stdio: 'inherit',
      env,
    });
    client.attach(child);
    end = () => child.kill();
    child.once('exit', (code) => {
      end = () => undefined;
      if (stopping) return;
      if (Date.now() - startedAtMs > steadyAfterMs) restartMs = firstRestartMs;
      console.error(`The services ended with code ${code}; starting them again in ${restartMs} ms.`);
      restart = setTimeout(start, restartMs);
      restartMs = Math.min(restartMs * 2, longestRestartMs);
    });
  };
  start();

  return {
    stop: async () => {
      if (stopping) return;
      stopping = true;
      clearTimeout(restart);
      await Promise.race([client.stop(), afterMs(stopTimeoutMs)]);
      end();
    },
  };
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
