/** What a person should know about a store, from what its node sees. Pure; the probe gathers. */
import type { Finding, Serving } from '../../model/reading.ts';
import type { StoreFacts } from './facts.ts';

export interface StoreSight {
  readonly facts: StoreFacts;
  readonly serving: Serving;
  readonly cyrusRuns: boolean;
  readonly linkServiceRuns: boolean;
  /** null: nobody looks at the sync log. */
  readonly syncStopped: boolean | null;
  /** HAProxy's word, e.g. 'L4TOUT'. */
  readonly linkCheck: string;
  /** The last failure within the last half minute, as Cyrus words it; null when there was none. */
  readonly rightnowFailure: string | null;
}

export function storeFindings(sight: StoreSight): readonly Finding[] {
  const { facts } = sight;
  const findings: Finding[] = [];
  const add = (code: string, severity: Finding['severity'], message: string): void => {
    findings.push({ code, severity, message });
  };
  const peer = facts.peer ?? 'the other side';

  if (facts.side === 'unknown') {
    add(
      'StoreNotConfigured',
      'warning',
      '/etc/mailyard/store.json is missing or damaged: which side of its pair this is cannot be told. Provision it again.',
    );
  }
  if (!sight.cyrusRuns && sight.serving === 'stopped') {
    const effect =
      facts.side === 'replica'
        ? 'the active side takes mail without a copy'
        : 'its mailboxes take no mail and nobody can read theirs';
    add('CyrusDown', 'critical', `Cyrus does not run: ${effect}. Look at its last log lines, then start it.`);
  }
  if (sight.serving === 'drained') return findings;

  if (facts.link === 'none') {
    add(
      'NoReplica',
      'warning',
      'This store has no other side: a lost disk is lost mail. Add a second server.',
    );
  } else if (facts.link === 'held') {
    add(
      'ReplicaHeld',
      'info',
      `Replication to ${peer} is switched off on purpose: deliveries are acknowledged without a copy until ${peer} is back.`,
    );
  } else if (facts.link === 'down' && facts.side === 'active') {
    add(
      'ReplicaUnreachable',
      'warning',
      `${peer} does not answer on its replication port (${sight.linkCheck || 'no check yet'}): deliveries are acknowledged without a copy. What it misses follows by itself when it is back.`,
    );
  } else if (facts.link === 'down') {
    add(
      'PeerUnreachable',
      'warning',
      `${peer} does not answer on its replication port (${sight.linkCheck || 'no check yet'}), seen from here.`,
    );
  } else if (!sight.linkServiceRuns) {
    add(
      'ReplicaUnreachable',
      'warning',
      `HAProxy does not run here, and it is the way to ${peer}: deliveries are acknowledged without a copy. Start haproxy.service.`,
    );
  } else if (facts.link === 'unknown' && facts.side !== 'unknown') {
    add('LinkUnknown', 'warning', `The local HAProxy does not tell whether ${peer} can be reached.`);
  }

  if (sight.rightnowFailure !== null && facts.link !== 'held' && facts.link !== 'none') {
    add(
      'SyncRightnowFailed',
      'warning',
      `Within the last half minute mail was acknowledged that ${peer} does not have yet (${sight.rightnowFailure || 'Cyrus gives no reason'}). The sync log brings it over when ${peer} answers.`,
    );
  }
  if (facts.lagging && facts.link === 'up') {
    add(
      'ReplicaLags',
      'warning',
      `Changes have been waiting for ${peer} for over 10 s although it answers. Look at cyrus/sync_client in the log.`,
    );
  }
  if (sight.syncStopped === true) {
    add(
      'SyncStopped',
      'warning',
      `The rolling replication to ${peer} was told to stop (/var/lib/cyrus/sync/shutdown exists): what deliveries do not copy at once stays behind. Remove the file.`,
    );
  }
  if (sight.syncStopped === null && sight.cyrusRuns) {
    add(
      'StatsStale',
      'info',
      "Cyrus's numbers are not being refreshed: mailyard-store-stats.service does not run.",
    );
  }
  return findings;
}
