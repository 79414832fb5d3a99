import type { Role } from '../role.ts';
import { mxCrossFindings } from './cross-findings.ts';
import { mxDrain } from './drain.ts';
import { mxMetrics } from './metrics.ts';
import { mxFlushVerb } from './mx-flush.ts';
import { mxQueueExportVerb, mxQueueVerb } from './mx-queue.ts';
import { mxQueueImportVerb, mxQueueReceivedVerb } from './mx-queue-import.ts';
import { mxQueueSettleVerb } from './mx-queue-settle.ts';
import { mxTestMessageVerb } from './mx-test-message.ts';
import { mxProbe } from './probe.ts';
import { mxProvision } from './provision.ts';
import { mxServices } from './services.ts';

/** Takes mail from outside: Postfix, with rspamd and its own Valkey, behind the edges. */
export const mxRole: Role = {
  id: 'mx',
  title: 'MX',
  leastNodes: 2,
  requirements: {
    debian: 13,
    cpuCores: 1,
    memoryMiB: 512,
    diskMiB: 2048,
    ports: [25, 26, 10025, 11332, 6379],
  },
  services: mxServices,
  metrics: mxMetrics,
  probe: mxProbe,
  probeGroups: ['postdrop'],
  verbs: [
    mxQueueVerb,
    mxQueueExportVerb,
    mxQueueImportVerb,
    mxQueueReceivedVerb,
    mxQueueSettleVerb,
    mxFlushVerb,
    mxTestMessageVerb,
  ],
  keyNumbers(samples, atMs) {
    const queues = Object.entries(samples).filter(([name]) => name.startsWith('postfix_queue_messages{'));
    return [
      { label: 'Mail in', value: samples['postfix_messages_received_total'] ?? null, unit: 'msg/s', atMs },
      {
        label: 'Queue',
        value: queues.length === 0 ? null : queues.reduce((sum, [, value]) => sum + value, 0),
        unit: 'messages',
        atMs,
      },
      { label: 'Oldest', value: samples['postfix_queue_oldest_age_seconds'] ?? null, unit: 's', atMs },
    ];
  },
  holds: () => [],
  crossFindings: mxCrossFindings,
  provision: mxProvision,
  drain: mxDrain,
};
