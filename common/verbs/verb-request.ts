import { z } from 'zod';
import type { VerbAnswer } from './verb.ts';

z.config({ jitless: true });

const name = z.string().regex(/^[A-Za-z0-9_.:@-]{1,100}$/, 'letters, digits and _.:@-; at most 100');

/** What `verb NAME` accepts on stdin; `input` is then read by the verb's own schema. */
export const verbRequestSchema = z.strictObject({
  epoch: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  operator: z.string().min(1).max(128),
  run: name,
  step: name,
  mode: z.enum(['look', 'apply']),
  input: z.unknown(),
});

/** What the console accepts from `verb NAME`; before/after are then read by the verb's `state` schema. */
export const verbAnswerSchema: z.ZodType<VerbAnswer> = z.union([
  z.strictObject({
    ok: z.literal(true),
    changed: z.boolean(),
    satisfied: z.boolean(),
    before: z.unknown(),
    after: z.unknown(),
    output: z.array(z.string()),
  }),
  z.strictObject({ ok: z.literal(true), detached: z.string().max(200) }),
  z.strictObject({
    ok: z.literal(false),
    problem: z.string().max(64),
    message: z.string(),
    output: z.array(z.string()),
  }),
]) as z.ZodType<VerbAnswer>;

/** Largest request: an agent bundle. Unit: bytes. */
export const maxVerbRequestBytes = 8 * 1024 * 1024;
/** Largest answer. Unit: bytes. */
export const maxVerbAnswerBytes = 4 * 1024 * 1024;
/** Where detached verbs keep their request, output and outcome. */
export const jobsDirectory = '/var/lib/mailyard/jobs';

/** The transient unit of a detached verb; its name is the mutex. */
export function jobUnit(job: string): string {
  return `mailyard-step-${job}.service`;
}

/** Name of the job that a step's detached verb runs as. */
export function jobName(run: string, step: string): string {
  return `${run}-${step}`.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 180);
}
