import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import { plainText } from '../protocol/plain-text.ts';
import { roles } from '../roles/index.ts';
import type { Role } from '../roles/role.ts';
import { defineVerb } from './verb.ts';

const ownUnits = ['mailyard-agent.service', 'ssh.service'];

/** The last lines of one unit's journal, for the node screen; only units that a role declares, ours and sshd. */
export const journalTailVerb = defineVerb({
  name: 'journal-tail',
  input: z.strictObject({ unit: z.string().max(128), lines: z.number().int().min(1).max(500) }),
  state: z.strictObject({ lines: z.array(z.string()) }),
  detached: false,
  async observe(host, { unit, lines }) {
    const known = (Object.values(roles) as readonly Role[]).flatMap((role) =>
      role.services.map((service) => service.unit),
    );
    if (![...known, ...ownUnits].includes(unit)) {
      throw new OpsError('bad-input', `${unit} is not a service that Mailyard looks after.`);
    }
    const tail = await host.exec(
      [
        'journalctl',
        '--no-pager',
        '--quiet',
        `--lines=${lines}`,
        '--output=short-iso',
        '--no-hostname',
        `--unit=${unit}`,
      ],
      { timeoutMs: 10_000 },
    );
    const said = tail.stdout.split('\n').filter((line) => line !== '');
    return { satisfied: true, state: { lines: said.map((line) => plainText(line).slice(0, 1000)) } };
  },
});
