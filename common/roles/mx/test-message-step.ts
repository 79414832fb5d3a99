/** Proves an mx with a real message: accepted by it, and found in the probe mailbox on the active store. */
import { clustersOfRole, type Fleet, type NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import type { Situation } from '../role.ts';
import type { Step, StepContext } from '../step.ts';
import { probeMailbox } from '../store/address.ts';
import { storeFindMessageVerb } from '../store/mailbox-verbs.ts';
import { mxTestMessageVerb } from './mx-test-message.ts';
import { activeStore } from './render.ts';

export function testMessageStep(situation: Situation): Step {
  const { nodeId } = situation;
  return {
    id: 'test-message',
    title: `A message through ${nodeId} arrives in the probe mailbox`,
    nodeId,
    commands: [`verb mx-test-message on ${nodeId}`, 'verb store-find-message on the active store'],
    changes: 'one message in the probe mailbox',
    cancel: 'after-step',
    timeoutMs: 90_000,
    async observe(context) {
      const { mailbox, store } = whereTo(context.fleet);
      const found = await isThere(context, store, mailbox, messageIdOf(context, nodeId));
      return {
        state: found ? 'done' : 'todo',
        detail: found
          ? `The test message through ${nodeId} is in ${mailbox} on ${store}.`
          : `No test message of this run is in ${mailbox} on ${store} yet.`,
      };
    },
    async apply(context) {
      const { mailbox, store } = whereTo(context.fleet);
      const messageId = messageIdOf(context, nodeId);
      // rspamd and Postfix need a moment after their start before they answer.
      const sentAtMs = Date.now();
      const { line } = await context.waitFor(
        `Postfix on ${nodeId} to take a message`,
        async () => {
          try {
            return await context.verb(nodeId, mxTestMessageVerb, { recipient: mailbox, messageId });
          } catch (thrown) {
            const error = OpsError.from(thrown);
            if (error.problem !== 'unreachable' && error.problem !== 'timeout') throw error;
            context.output(`${nodeId}: ${error.message} Trying again.`);
            return null;
          }
        },
        { everyMs: 1000, limitMs: 30_000 },
      );
      context.output(`${nodeId} answered: ${line ?? ''}`);
      await context.waitFor(
        `the message through ${nodeId} to be in ${mailbox} on ${store}`,
        async () => ((await isThere(context, store, mailbox, messageId)) ? true : null),
        { everyMs: 300, limitMs: 40_000 },
      );
      context.output(
        `It was in the mailbox ${Math.round((Date.now() - sentAtMs) / 100) / 10} s after it was sent.`,
      );
    },
  };
}

function whereTo(fleet: Fleet): { mailbox: string; store: NodeId } {
  const mailbox = probeMailbox(fleet);
  const store = activeStore(clustersOfRole(fleet, 'store')[0] ?? null);
  if (mailbox === null || store === null) {
    throw new OpsError(
      'bad-input',
      'A test message cannot arrive anywhere: the fleet needs a mail domain and a store with a server first.',
    );
  }
  return { mailbox, store };
}

/** One for each run and node: sent once, however often the step is begun. */
function messageIdOf(context: StepContext, nodeId: NodeId): string {
  return `mailyard.${context.runId.replace(/[^A-Za-z0-9._-]/g, '-')}.${nodeId}@mailyard.invalid`;
}

async function isThere(
  context: StepContext,
  store: NodeId,
  mailbox: string,
  messageId: string,
): Promise<boolean> {
  const { state } = await context.look(store, storeFindMessageVerb, { mailbox, messageId });
  return state.uids.length > 0;
}
