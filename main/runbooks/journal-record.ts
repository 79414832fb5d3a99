/** What may stand in a run's journal. Checked on reading: a journal may come from an older version or a bad disk. */
import { z } from 'zod';

z.config({ jitless: true });

const planStep = z.object({
  id: z.string(),
  title: z.string(),
  nodeId: z.string().nullable(),
  commands: z.array(z.string()),
  changes: z.string(),
  cancel: z.enum(['now', 'after-step', 'never']),
  undoable: z.boolean(),
});

/** Forward does the plan; undo goes back through it. */
export const phases = ['forward', 'undo'] as const;
export type Phase = (typeof phases)[number];

/**
 * done: seen so after we changed it. already: was so before us. failed: seen
 * not to be so. unknown: could not be seen. stopped: the operator cancelled in
 * the middle. undone: seen to be as before.
 */
export const outcomes = ['done', 'already', 'failed', 'unknown', 'stopped', 'undone'] as const;
export type Outcome = (typeof outcomes)[number];

const at = z.number();

export const journalRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('started'),
    version: z.literal(1),
    at,
    runId: z.string(),
    runbook: z.enum(['drain', 'undrain', 'provision', 'switchover']),
    /** What the runbook was asked; enough to build the same steps again. No secrets. */
    params: z.unknown(),
    title: z.string(),
    clusterId: z.string(),
    nodeId: z.string().nullable(),
    /** Clusters whose leases the run holds. */
    leases: z.array(z.string()),
    operator: z.string(),
    epoch: z.number(),
    overrides: z.array(z.string()),
    blastRadius: z.array(z.string()),
    steps: z.array(planStep),
  }),
  z.object({
    kind: z.literal('resumed'),
    at,
    phase: z.enum(phases),
    operator: z.string(),
    epoch: z.number(),
  }),
  z.object({ kind: z.literal('intent'), at, step: z.string(), phase: z.enum(phases) }),
  z.object({
    kind: z.literal('observed'),
    at,
    step: z.string(),
    phase: z.enum(phases),
    state: z.enum(['done', 'todo', 'unknown']),
    detail: z.string(),
    facts: z.unknown().optional(),
  }),
  z.object({
    kind: z.literal('outcome'),
    at,
    step: z.string(),
    phase: z.enum(phases),
    outcome: z.enum(outcomes),
    detail: z.string().nullable(),
    error: z.string().nullable(),
    output: z.array(z.string()),
  }),
  z.object({ kind: z.literal('cancel'), at, operator: z.string() }),
  z.object({
    kind: z.literal('ended'),
    at,
    state: z.enum(['succeeded', 'failed', 'cancelled', 'undone', 'unknown']),
  }),
]);

export type JournalRecord = z.infer<typeof journalRecordSchema>;
export type StartedRecord = Extract<JournalRecord, { kind: 'started' }>;
