/** Verbs of a store that speak IMAP with Cyrus: here they ask the world's mailboxes instead. */
import {
  storeFindMessageVerb,
  storeMailboxesVerb,
  storeSyncCheckVerb,
} from '../../common/roles/store/mailbox-verbs.ts';
import { storeDeliverVerb, storeFullSyncVerb } from '../../common/roles/store/pair-verbs.ts';
import { storeUserPasswordVerb } from '../../common/roles/store/store-user-password.ts';
import { verbs } from '../../common/verbs/index.ts';
import { type AnyVerb, defineVerb } from '../../common/verbs/verb.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { readStoreFileText } from './store-side.ts';

/** All verbs as one node of this world has them. */
export function simulatedVerbs(world: SimulatedWorld, node: SimulatedNode): ReadonlyMap<string, AnyVerb> {
  const replaced: readonly AnyVerb[] = [
    defineVerb({
      ...storeMailboxesVerb,
      observe: async (_host, { mailboxes }) => {
        const missing = mailboxes.filter((address) => !world.mailboxes.has(address));
        return {
          satisfied: missing.length === 0,
          state: { present: mailboxes.length - missing.length, missing },
        };
      },
      apply: async (_host, { mailboxes }) => {
        for (const address of mailboxes) world.mailbox(address);
      },
    }),
    defineVerb({
      ...storeFindMessageVerb,
      observe: async (_host, { mailbox, messageId }) => {
        const found = world.mailboxes.get(mailbox);
        const bare = messageId.replace(/^<|>$/g, '');
        const uids = found?.messageIds.has(bare) === true ? [found.messages] : [];
        return { satisfied: true, state: { mailboxPresent: found !== undefined, uids } };
      },
    }),
    defineVerb({
      ...storeSyncCheckVerb,
      observe: async () => {
        const mailboxes = [...world.mailboxes].map(([address, mailbox]) => ({
          ...{ name: `user/${address}`, messages: mailbox.messages, uidNext: mailbox.messages + 1 },
          ...{ uidValidity: 1, highestModseq: mailbox.modseq },
        }));
        const side = readStoreFileText(node)?.side ?? 'replica';
        return { satisfied: true, state: { side, mailboxes, total: mailboxes.length } };
      },
    }),
    defineVerb({
      ...storeUserPasswordVerb,
      observe: async () => ({ satisfied: true, state: { missing: [] } }),
      apply: async () => undefined,
    }),
    defineVerb({ ...storeFullSyncVerb, detached: false, apply: async () => undefined }),
    defineVerb({
      ...storeDeliverVerb,
      apply: async (_host, { mailbox, messageId }) => world.deliver(mailbox, messageId.replace(/^<|>$/g, '')),
    }),
  ];
  return new Map([...verbs, ...replaced.map((verb) => [verb.name, verb] as const)]);
}
