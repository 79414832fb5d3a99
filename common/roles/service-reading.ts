/** What systemd says of a role's units, in the words of the screens. */
import type { ServiceReading, ServiceState, Serving } from '../model/reading.ts';
import type { ProbeHost, UnitStatus } from './host.ts';
import type { Intent } from './intent.ts';
import type { RoleService } from './role.ts';

export async function readServices(
  host: Pick<ProbeHost, 'units'>,
  services: readonly RoleService[],
): Promise<readonly ServiceReading[]> {
  const units = await host.units(services.map((service) => service.unit));
  return services.map(({ unit }) => {
    const status = units.get(unit);
    return {
      unit,
      state: serviceState(status),
      sinceMs: status?.sinceMs ?? null,
      detail: status && status.activeState !== 'active' ? `${status.activeState} (${status.subState})` : '',
    };
  });
}

/** systemd's ActiveState as one of ours; a reload is still running, what systemd does not say is unknown. */
function serviceState(status: UnitStatus | undefined): ServiceState {
  switch (status?.activeState) {
    case 'active':
    case 'reloading':
    case 'deactivating':
      return 'running';
    case 'activating':
      return 'starting';
    case 'inactive':
      return 'stopped';
    case 'failed':
      return 'failed';
    default:
      return 'unknown';
  }
}

/** Does the role serve? What the operator wants comes first: a drained node's stopped Postfix is no failure. */
export function servingOf(
  intent: Intent | null,
  services: readonly ServiceReading[],
  declared: readonly RoleService[],
): Serving {
  if (intent && intent.intent !== 'serving') return intent.intent;
  const essential = new Set(declared.filter((service) => service.essential).map((service) => service.unit));
  const states = services.filter((service) => essential.has(service.unit)).map((service) => service.state);
  if (states.length === 0 || states.includes('unknown')) return 'unknown';
  return states.every((state) => state === 'running') ? 'serving' : 'stopped';
}
