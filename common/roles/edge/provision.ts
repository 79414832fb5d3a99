import { clusterOf } from '../../model/fleet.ts';
import { intentStep } from '../intent-step.ts';
import type { ProvisionCapability, RoleFile } from '../role.ts';
import { serviceStep } from '../service-step.ts';
import type { Step } from '../step.ts';
import { backendsUsableStep } from './drain.ts';
import { edgeVipVerb } from './edge-vip.ts';
import { lookVip, normalStep } from './entrance-steps.ts';
import { edgeValues, ipv4Of } from './render.ts';

const file = (path: string, template: string, mode = 0o644): RoleFile => ({
  path,
  template,
  owner: 'root',
  group: 'root',
  mode,
  secret: false,
});

export const edgeProvision: ProvisionCapability = {
  packages: ['haproxy', 'keepalived', 'socat'],
  files: [
    file('/etc/haproxy/mailyard-server-state', 'mailyard-server-state', 0o755),
    file('/etc/haproxy/haproxy.cfg', 'haproxy.cfg'),
    file('/etc/systemd/system/haproxy.service.d/mailyard.conf', 'haproxy-unit.conf'),
    file('/etc/keepalived/mailyard-check', 'mailyard-check', 0o755),
    file('/etc/keepalived/mailyard-notify', 'mailyard-notify', 0o755),
    file('/etc/keepalived/mailyard-interface', 'mailyard-interface', 0o755),
    file('/etc/keepalived/keepalived.conf', 'keepalived.conf'),
    file('/etc/systemd/system/keepalived.service.d/mailyard.conf', 'keepalived-unit.conf'),
  ],
  checks: [
    { argv: ['haproxy', '-c', '-f', '{stage}/etc/haproxy/haproxy.cfg'] },
    // Names the interface that keepalived.conf includes, then runs keepalived's own check.
    { argv: ['/bin/sh', '{stage}/etc/keepalived/mailyard-interface', '{stage}'] },
  ],
  secrets: [],
  values: ({ fleet, cluster, nodeId }) => edgeValues(fleet, cluster, nodeId),
  alsoConfigures: ['edge'],
  reloads: ['haproxy.service', 'keepalived.service'],
  joinSteps(situation) {
    const { nodeId } = situation;
    return [
      holdBackStep(nodeId),
      serviceStep('edge', nodeId, 'haproxy.service', 'start', `Start HAProxy on ${nodeId}`),
      serviceStep('edge', nodeId, 'keepalived.service', 'start', `Start keepalived on ${nodeId}`),
      backendsUsableStep(nodeId),
      knownToPeersStep(situation.cluster.id, nodeId),
      normalStep(nodeId, () => nodeId),
      intentStep('edge', nodeId, 'serving', `Say that ${nodeId} serves`, 'provision'),
    ];
  },
};

/**
 * An edge that its peers do not know yet hears no adverts from them and would
 * take the VIP: it starts in FAULT.
 */
function holdBackStep(nodeId: string): Step {
  return {
    id: 'hold-back',
    title: `${nodeId} leaves the VIP alone until its peers know it`,
    nodeId,
    commands: ['verb edge-vip {hold: release}'],
    changes: `/etc/keepalived/mailyard-hold on ${nodeId}`,
    cancel: 'after-step',
    timeoutMs: 20_000,
    async observe(context) {
      const state = await lookVip(context, nodeId);
      return {
        state: state.hold === 'release' ? 'done' : 'todo',
        detail: `${nodeId} is ${state.hold === 'release' ? 'held back' : 'ready for the VIP'} (${state.vrrp}).`,
        facts: { hold: state.hold },
      };
    },
    async apply(context) {
      await context.verb(nodeId, edgeVipVerb, { hold: 'release' });
    },
  };
}

/** Its peers exchange adverts with it: they were configured and reloaded before. */
function knownToPeersStep(clusterId: string, nodeId: string): Step {
  return {
    id: 'known-to-peers',
    title: `The other edges know ${nodeId}`,
    nodeId: null,
    commands: ['verb edge-vip (look) on every other edge'],
    changes: '',
    cancel: 'now',
    timeoutMs: 30_000,
    async observe(context) {
      const address = ipv4Of(context.fleet, nodeId);
      const peers = (clusterOf(context.fleet, clusterId)?.nodes ?? []).filter((id) => id !== nodeId);
      const strangers: string[] = [];
      for (const id of peers) {
        const state = await lookVip(context, id);
        // An edge without keepalived's configuration is not there yet, and cannot hold the VIP.
        if (state.vip !== null && !state.peers.includes(address)) strangers.push(id);
      }
      return {
        state: strangers.length === 0 ? 'done' : 'todo',
        detail:
          strangers.length === 0
            ? peers.length === 0
              ? `${nodeId} is the first edge.`
              : `${peers.join(', ')} exchange adverts with ${nodeId}.`
            : `${strangers.join(', ')} do not know ${nodeId}; their configuration must name it first.`,
      };
    },
    async apply() {
      // It only looks: the configuration of the peers is an earlier step.
    },
  };
}
