import type { AnyVerb } from '../../verbs/verb.ts';
import { storeFindMessageVerb, storeMailboxesVerb, storeSyncCheckVerb } from './mailbox-verbs.ts';
import { storeDeliverVerb, storeFullSyncVerb, storePeerLinkVerb } from './pair-verbs.ts';
import { storeUserPasswordVerb } from './store-user-password.ts';

export const storeVerbs: readonly AnyVerb[] = [
  storeMailboxesVerb,
  storeFindMessageVerb,
  storeUserPasswordVerb,
  storeSyncCheckVerb,
  storePeerLinkVerb,
  storeFullSyncVerb,
  storeDeliverVerb,
];
