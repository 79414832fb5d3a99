import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { VerbHost } from '../roles/host.ts';
import { declaredUnits } from './declared.ts';
import { lastLines } from './last-lines.ts';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

const serviceStateSchema = z.strictObject({
  unit: z.string(),
  /** systemd's ActiveState, e.g. 'active', 'inactive', 'failed'. */
  active: z.string(),
  sub: z.string(),
  enabled: z.boolean(),
});
type ServiceState = z.infer<typeof serviceStateSchema>;

/** Starts, stops, restarts, reloads, enables or disables one unit that the role declares. */
export const serviceVerb = defineVerb({
  name: 'service',
  input: z.strictObject({
    role: roleIdSchema,
    unit: z.string().max(128),
    action: z.enum(['start', 'stop', 'restart', 'reload', 'enable', 'disable']),
  }),
  state: serviceStateSchema,
  detached: false,
  always: ({ action }) => action === 'restart' || action === 'reload',
  async observe(host, { role, unit, action }) {
    if (!declaredUnits(role).includes(unit)) {
      throw new OpsError('bad-input', `${unit} is not a service of the role ${role}.`);
    }
    const state = await serviceState(host, unit);
    return { satisfied: isSo(state, action), state };
  },
  async apply(host, { unit, action }) {
    const done = await host.exec(['systemctl', '--no-ask-password', action, '--', unit], {
      timeoutMs: 90_000,
    });
    if (done.code !== 0) {
      const journal = await host.exec(
        ['journalctl', '--no-pager', '--lines=8', '--output=cat', `--unit=${unit}`],
        { timeoutMs: 5000 },
      );
      throw new OpsError(
        'command-failed',
        `${unit} could not be told to ${action}: ${lastLines(done.stderr, 2)} Its log says: ${lastLines(journal.stdout, 6)}`,
      );
    }
  },
});

function isSo(state: ServiceState, action: string): boolean {
  switch (action) {
    case 'stop':
      return state.active === 'inactive' || state.active === 'failed';
    case 'enable':
      return state.enabled;
    case 'disable':
      return !state.enabled;
    default:
      return state.active === 'active';
  }
}

async function serviceState(host: VerbHost, unit: string): Promise<ServiceState> {
  const shown = await host.exec(
    ['systemctl', 'show', '--property=LoadState,ActiveState,SubState,UnitFileState', '--', unit],
    { timeoutMs: 10_000 },
  );
  const property = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(shown.stdout)?.[1] ?? '';
  if (property('LoadState') === 'not-found') {
    throw new OpsError('command-failed', `${unit} is not installed on this node.`);
  }
  return {
    unit,
    active: property('ActiveState') || 'unknown',
    sub: property('SubState') || 'unknown',
    enabled: /^(enabled|enabled-runtime|static|alias|indirect|generated)$/.test(property('UnitFileState')),
  };
}
