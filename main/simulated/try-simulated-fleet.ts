import type { TryFleet } from '../create-services.ts';
import { startSimulatedFleet } from './start-simulated-fleet.ts';

/** What "Try the lab" opens where there is no lab. */
export async function trySimulatedFleet(): Promise<TryFleet> {
  const { fleetFile, dispose } = await startSimulatedFleet();
  return { path: fleetFile, simulated: true, dispose };
}
