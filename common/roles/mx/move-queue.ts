/**
 * Moves the queue of a stopped Postfix to a peer, and accounts for every file:
 * what was handed out must have been taken over and then set aside, by name.
 *
 *   list -> pieces -> export -> import (peer) -> settle -> list again -> flush
 *
 * It may be stopped anywhere and begun again: the peer takes each file once in
 * a run, and only what it confirmed is set aside.
 */
import type { NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import type { Step, StepContext } from '../step.ts';
import { mxFlushVerb } from './mx-flush.ts';
import { mxQueueExportVerb, mxQueueVerb } from './mx-queue.ts';
import { mxQueueImportVerb, mxQueueReceivedVerb } from './mx-queue-import.ts';
import { mxQueueSettleVerb } from './mx-queue-settle.ts';
import { batchBytes, planBatches } from './queue-batches.ts';
import { movable, type QueueFile } from './queue-files.ts';

export interface Account {
  readonly exported: ReadonlySet<string>;
  readonly imported: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
}

/** What does not add up, in words; null when every file handed out was taken over and set aside. */
export function discrepancy({ exported, imported, settled }: Account): string | null {
  const without = (all: ReadonlySet<string>, some: ReadonlySet<string>): readonly string[] =>
    [...all].filter((one) => !some.has(one));
  const notTaken = without(exported, imported);
  const notSettled = without(imported, settled);
  const unconfirmed = without(settled, imported);
  if (notTaken.length > 0) return `handed out, but not confirmed by the peer: ${notTaken.join(', ')}`;
  if (unconfirmed.length > 0) return `set aside without the peer's word: ${unconfirmed.join(', ')}`;
  if (notSettled.length > 0) return `taken over, but still in the queue here: ${notSettled.join(', ')}`;
  return null;
}

/** Long queues come in several rounds; each must make the queue shorter. */
const maxRounds = 1000;

export async function moveQueue(
  context: StepContext,
  from: NodeId,
  to: NodeId,
  bytesAtOnce = batchBytes,
): Promise<Account> {
  const account = { exported: new Set<string>(), imported: new Set<string>(), settled: new Set<string>() };
  const startMs = Date.now();
  for (let round = 0; round < maxRounds; round++) {
    const { running, files } = (await context.look(from, mxQueueVerb, {})).state;
    if (running) throw new OpsError('command-failed', `Postfix runs on ${from}; its queue was not moved.`);
    const wanted = movable(files);
    if (wanted.length === 0) break;
    for (const batch of planBatches(wanted, bytesAtOnce)) {
      // A large file that the peer had from before is set aside at its first piece.
      const asked = batch.filter((piece) => !account.settled.has(piece.path));
      if (asked.length === 0) continue;
      const { pieces } = (await context.look(from, mxQueueExportVerb, { pieces: asked })).state;
      for (const piece of pieces) account.exported.add(piece.path);
      const state = await context.verb(to, mxQueueImportVerb, { source: from, pieces });
      const whole = state.files.filter((file) => file.imported);
      for (const file of whole) account.imported.add(file.path);
      if (whole.length > 0) {
        const { settled } = await context.verb(from, mxQueueSettleVerb, {
          files: whole.map(({ path, sha256 }) => ({ path, sha256 })),
        });
        for (const path of settled) account.settled.add(path);
        tell(
          context,
          whole.map((file) => file.path),
          to,
        );
      }
      context.progress({
        text: `${account.settled.size} queue files moved to ${to}.`,
        label: 'Moved',
        unit: 'files',
        points: [
          [startMs, 0],
          [Date.now(), account.settled.size],
        ],
        etaMs: null,
        stalled: false,
      });
    }
  }
  const wrong = discrepancy(account);
  if (wrong !== null) throw new OpsError('command-failed', `The queue does not add up: ${wrong}.`);
  return account;
}

function tell(context: StepContext, paths: readonly string[], to: NodeId): void {
  for (const path of paths) {
    const [queue = '', ...rest] = path.split('/');
    context.output(`${rest.at(-1) ?? ''} (${queue}) -> ${to}`);
  }
}

export function moveQueueStep(from: NodeId, shownPeer: NodeId, peer: (context: StepContext) => NodeId): Step {
  return {
    id: 'move-queue',
    title: `Move the queue of ${from} to another mx`,
    nodeId: from,
    commands: [
      `verb mx-queue-export on ${from}`,
      `verb mx-queue-import on ${shownPeer}`,
      `verb mx-queue-settle on ${from}`,
      `postqueue -f on ${shownPeer}`,
    ],
    changes: `queued mail of ${from} is delivered by ${shownPeer}; the files are kept on ${from} beside the queue`,
    cancel: 'never',
    timeoutMs: 30 * 60_000,
    async observe(context) {
      const { running, files, more } = (await context.look(from, mxQueueVerb, {})).state;
      const left = movable(files);
      const unfinished = files.filter((file) => file.message && !file.complete).length;
      const messages = left.filter((file) => file.message);
      return {
        state: !running && left.length === 0 && more === 0 ? 'done' : 'todo',
        detail: queueSentence(from, running, messages, more, unfinished),
        facts: { messages: messages.length + more, ids: messages.slice(0, 1000).map((file) => file.id) },
      };
    },
    async apply(context) {
      const to = peer(context);
      const account = await moveQueue(context, from, to);
      await context.verb(to, mxFlushVerb, {});
      context.output(
        `Accounted for: ${account.exported.size} handed out by ${from}, ${account.imported.size} taken over by ${to}, ${account.settled.size} set aside on ${from}.`,
      );
    },
  };
}

function queueSentence(
  node: NodeId,
  running: boolean,
  messages: readonly QueueFile[],
  more: number,
  unfinished: number,
): string {
  const count = messages.length + more;
  const rest =
    unfinished > 0 ? ` ${unfinished} were still coming in and were never accepted; they stay.` : '';
  if (count === 0) return `The queue of ${node} is empty.${rest}`;
  return `${count} messages in the queue of ${node}${running ? ', and Postfix runs' : ''}.${rest}`;
}

/**
 * Before Postfix is started again here: whatever the peer took over in this run
 * and is still in the queue here is set aside, or it would be delivered twice.
 */
export async function settleWhatWasTaken(context: StepContext, from: NodeId, to: NodeId): Promise<void> {
  const { running, files } = (await context.look(from, mxQueueVerb, {})).state;
  if (running) return;
  for (const batch of planBatches(movable(files))) {
    const paths = [...new Set(batch.map((piece) => piece.path))];
    // Only the names and sums matter here; a piece of no length carries them.
    const { pieces } = (
      await context.look(from, mxQueueExportVerb, {
        pieces: paths.map((path) => ({ path, offset: 0, length: 0 })),
      })
    ).state;
    const asked = pieces.map(({ path, sha256 }) => ({ path, sha256 }));
    const { imported } = (await context.look(to, mxQueueReceivedVerb, { source: from, files: asked })).state;
    const taken = asked.filter(({ path }) => imported.includes(path));
    if (taken.length > 0) {
      await context.verb(from, mxQueueSettleVerb, { files: taken });
      context.output(`${taken.length} queue files had been taken over by ${to}; they stay there.`);
    }
  }
}
