import { createVerbHost } from '../host/verb-host.ts';
import { detachVerb } from './detach.ts';
import { createEpochGate } from './epoch-gate.ts';
import { writeNodeJournal } from './node-journal.ts';
import type { VerbSurroundings } from './perform-verb.ts';

/** A real Debian node. */
export const nodeSurroundings: VerbSurroundings = {
  host: createVerbHost,
  gate: createEpochGate(),
  journal: writeNodeJournal,
  detach: (request, verb) => detachVerb(verb.name, request),
};
