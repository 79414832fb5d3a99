/** The fleet file of a lab, as an operator of these servers would write it. */
import { stringify } from 'yaml';
import type { LabStatus } from '../lab/lab.ts';

/** Mailboxes that the synthetic mail goes to. */
export const mailboxCount = 4;

export function mailboxesOf(lab: LabStatus): readonly string[] {
  return Array.from({ length: mailboxCount }, (_unused, index) => `user${index + 1}@${lab.domain}`);
}

export function labFleetText(lab: LabStatus, knownHostsFile: string): string {
  const clusters: Record<string, unknown> = {};
  const nodes: Record<string, unknown> = {};
  for (const node of lab.nodes) {
    if (node.cluster === null) continue;
    const members = lab.nodes.filter((other) => other.cluster === node.cluster);
    clusters[node.cluster] = {
      role: node.image,
      ...(node.image === 'edge' ? { vip: `${lab.vips[node.cluster]}/24` } : {}),
      ...(node.image === 'store' ? { active: members[0]?.name } : {}),
      ...(node.image === 'mx' ? { messagesPerSecondPerNode: 40 } : {}),
      nodes: members.map((member) => member.name),
    };
    // Every second node of a cluster stands in the other rack.
    nodes[node.name] = {
      address: node.address,
      failureDomain: members.indexOf(node) % 2 === 0 ? 'rack-a' : 'rack-b',
    };
  }
  const store = lab.nodes.find((node) => node.image === 'store')?.cluster;
  const text = stringify({
    mailyard: 1,
    name: 'lab',
    ssh: { identityFile: lab.ssh.privateKey, knownHosts: knownHostsFile },
    mail: {
      domains: [lab.domain],
      mailboxes: store ? Object.fromEntries(mailboxesOf(lab).map((address) => [address, store])) : {},
    },
    clusters,
    nodes,
  });
  return `# The lab on this machine, written by the demo; it is gone with \`npm run lab -- down\`.\n${text}`;
}
