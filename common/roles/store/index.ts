/**
 * A mailbox store: one side of a Cyrus pair. The active side takes mail and
 * IMAP and copies each delivery to the replica before it is acknowledged.
 */
import type { KeyNumber } from '../../model/views.ts';
import type { Role } from '../role.ts';
import { storeDrain } from './drain.ts';
import { storeFactsOf } from './facts.ts';
import { storeMetrics } from './metrics.ts';
import { storeProbe } from './probe.ts';
import { storeProvision } from './provision.ts';
import { storeServices } from './services.ts';
import { storeVerbs } from './verbs.ts';

export { mailboxesOf, passwordSecret, probeMailbox } from './address.ts';
export { type StoreFacts, storeFactsOf, storeFactsSchema } from './facts.ts';
export { behind, type MailboxStatus } from './mailbox-status.ts';
export { storeFindMessageVerb, storeMailboxesVerb, storeSyncCheckVerb } from './mailbox-verbs.ts';
export { activeOf, peerOf, replicaOf } from './pair.ts';
export { storeUserPasswordVerb } from './store-user-password.ts';

export const storeRole: Role = {
  id: 'store',
  title: 'Mailbox store',
  leastNodes: 2,
  requirements: { debian: 13, cpuCores: 1, memoryMiB: 512, diskMiB: 1024, ports: [24, 143, 2005, 4190] },
  services: storeServices,
  metrics: storeMetrics,
  probe: storeProbe,
  verbs: storeVerbs,
  keyNumbers(samples, atMs): readonly KeyNumber[] {
    const number = (label: string, unit: string, name: string): KeyNumber => {
      const value = samples[name];
      return { label, unit, value: value ?? null, atMs: value === undefined ? null : atMs };
    };
    // The replica's own log leads back to the active side and tells nothing.
    if (samples['cyrus_store_active'] === 0)
      return [number('Mailboxes', 'mailboxes', 'cyrus_usage_mailboxes')];
    return [
      number('Delivered', 'messages/s', 'cyrus_lmtp_received_recipients_total'),
      number('Replica lag', 'seconds', 'cyrus_sync_waiting_seconds'),
      number('Replication backlog', 'entries', 'cyrus_sync_backlog_entries'),
    ];
  },
  holds(reading, cluster) {
    const facts = storeFactsOf(reading);
    if (facts?.side !== 'active') return [];
    return facts.link === 'up'
      ? [`active side of ${cluster.id}`]
      : [`active side of ${cluster.id}`, `the only copy of new mail of ${cluster.id}`];
  },
  redundancyLostCodes: [
    'NoReplica',
    'ReplicaHeld',
    'ReplicaUnreachable',
    'SyncRightnowFailed',
    'ReplicaLags',
  ],
  // Getters: the steps use generic verbs, which know the roles; either may be imported first.
  get provision() {
    return storeProvision;
  },
  get drain() {
    return storeDrain;
  },
};
