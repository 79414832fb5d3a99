/** Asks Postfix to try the whole queue now. Never together with a reload: that left messages in incoming (measured). */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import { listQueue } from './queue-files.ts';

export const mxFlushVerb = defineVerb({
  name: 'mx-flush',
  input: z.strictObject({}),
  state: z.strictObject({ messages: z.number() }),
  detached: false,
  always: () => true,
  async observe(host) {
    const files = await listQueue(host);
    return {
      satisfied: true,
      state: { messages: files.filter((file) => file.message && file.queue !== 'hold').length },
    };
  },
  async apply(host) {
    const done = await host.exec(['postqueue', '-f'], { timeoutMs: 30_000 });
    if (done.code !== 0) throw new OpsError('command-failed', `postqueue -f failed: ${done.stderr.trim()}`);
  },
});
