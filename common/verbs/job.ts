/**
 * Follows a detached verb. Its directory holds request.json, start.json
 * (invocation and boot it began in), out (what it printed) and, once it came
 * to an end by itself, rc.json. So every ending is told apart:
 *
 *   rc.json                          -> done
 *   none, unit alive                 -> running
 *   none, another boot id            -> interrupted by a reboot
 *   none, unit failed or gone        -> interrupted: killed or stopped
 */
import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { VerbHost } from '../roles/host.ts';
import { defineVerb } from './verb.ts';
import { jobsDirectory, jobUnit, verbAnswerSchema } from './verb-request.ts';

export const jobStartSchema = z.strictObject({ bootId: z.string(), atMs: z.number() });
export const jobEndSchema = z.strictObject({
  bootId: z.string(),
  atMs: z.number(),
  answer: verbAnswerSchema,
});

const jobStateSchema = z.strictObject({
  state: z.enum(['running', 'done', 'interrupted', 'unknown']),
  /** Why it is interrupted or unknown; empty otherwise. */
  detail: z.string(),
  /** What it printed since the offset; at most 256 KiB a call. */
  output: z.string(),
  /** Pass it back next time. Unit: bytes. */
  nextOffset: z.number(),
  /** The verb's answer when done. */
  answer: verbAnswerSchema.nullable(),
});

const maxOutputBytes = 256 * 1024;

export const jobVerb = defineVerb({
  name: 'job',
  input: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,179}$/),
    offset: z.number().int().min(0),
  }),
  state: jobStateSchema,
  detached: false,
  async observe(host, { name, offset }) {
    const directory = `${jobsDirectory}/${name}`;
    if ((await host.stat(directory)) === null) {
      throw new OpsError('bad-input', `This node knows no job ${name}.`);
    }
    // The ending is asked for before the output: what was printed until then is then all there.
    const ending = await jobEnding(host, name, directory);
    const out = (await host.readBytes(`${directory}/out`)) ?? new Uint8Array();
    const part = out.subarray(offset, offset + maxOutputBytes);
    const nextOffset = Math.min(out.length, offset + part.length);
    return {
      satisfied: true,
      state: { ...ending, output: new TextDecoder().decode(part), nextOffset },
    };
  },
});

type Ending = Pick<z.infer<typeof jobStateSchema>, 'state' | 'detail' | 'answer'>;

async function jobEnding(host: VerbHost, name: string, directory: string): Promise<Ending> {
  const end = await host.readFile(`${directory}/rc.json`);
  if (end !== null) return { state: 'done', detail: '', answer: jobEndSchema.parse(JSON.parse(end)).answer };
  const shown = await host.exec(['systemctl', 'show', '--property=ActiveState,Result', '--', jobUnit(name)], {
    timeoutMs: 10_000,
  });
  const active = /^ActiveState=(.*)$/m.exec(shown.stdout)?.[1] ?? 'unknown';
  if (['active', 'activating', 'deactivating', 'reloading'].includes(active)) {
    // It may have ended between the two looks; the next call will tell.
    return { state: 'running', detail: '', answer: null };
  }
  const late = await host.readFile(`${directory}/rc.json`);
  if (late !== null)
    return { state: 'done', detail: '', answer: jobEndSchema.parse(JSON.parse(late)).answer };
  const start = await host.readFile(`${directory}/start.json`);
  const bootId = ((await host.readFile('/proc/sys/kernel/random/boot_id')) ?? '').trim();
  if (start !== null && jobStartSchema.parse(JSON.parse(start)).bootId !== bootId) {
    return { state: 'interrupted', detail: 'The node was restarted in the middle of it.', answer: null };
  }
  const result = /^Result=(.*)$/m.exec(shown.stdout)?.[1] ?? 'unknown';
  return {
    state: start === null ? 'unknown' : 'interrupted',
    detail: `It ended without an answer (unit ${active}, result ${result}).`,
    answer: null,
  };
}
