import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addClusterToFleetFile,
  addNodeToFleetFile,
  newFleetText,
  removeNodeFromFleetFile,
} from '../../../../main/fleet/edit-fleet-file.ts';
import { parseFleetFile } from '../../../../main/fleet/fleet-file.ts';

const good = `# our fleet
mailyard: 1
name: lab
ssh: { user: ops, knownHosts: known_hosts }
mail:
  domains: [example.test]
  mailboxes:
    ann@example.test: store
clusters:
  edge: { role: edge, vip: 192.0.2.100/24, nodes: [edge1, edge2] }
  mx:
    role: mx
    nodes: [mx1] # grows
  store: { role: store, nodes: [s1, s2] }
nodes:
  edge1: { address: 192.0.2.1, failureDomain: rack-a }
  edge2: { address: 192.0.2.2 }
  mx1: { address: 192.0.2.3 }
  s1: { address: 192.0.2.4 }
  s2: { address: 192.0.2.5, jump: bastion.example.test }
`;

function messageOf(text: string): string {
  try {
    parseFleetFile(text, 'fleet.yaml');
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error('was accepted');
}

describe('the fleet file', () => {
  it('is read into clusters, nodes and the mail map', () => {
    const fleet = parseFleetFile(good);
    expect(fleet.clusters.map((cluster) => cluster.id)).toEqual(['edge', 'mx', 'store']);
    expect(fleet.nodes.find((node) => node.id === 'edge1')).toMatchObject({
      port: 22,
      failureDomain: 'rack-a',
    });
    expect(fleet.mail.mailboxes).toEqual([{ address: 'ann@example.test', store: 'store' }]);
  });

  it('takes the first node of a store pair as the active one when none is named', () => {
    expect(parseFleetFile(good).clusters.find((cluster) => cluster.id === 'store')?.active).toBe('s1');
  });

  it.each([
    [
      'an unknown role',
      good.replace('role: mx', 'role: mxx'),
      /^fleet\.yaml:12:5: clusters\.mx\.role: expected one of edge, mx, store/,
    ],
    [
      'a key with a typing error',
      good.replace('failureDomain:', 'failureDomian:'),
      /^fleet\.yaml:16:3: nodes\.edge1: does not know failureDomian/,
    ],
    [
      'a node that is not there',
      good.replace('[mx1]', '[mx9]'),
      /^fleet\.yaml:13:\d+: clusters\.mx names the node mx9/,
    ],
    [
      'two nodes at one address',
      good.replace('192.0.2.2', '192.0.2.1'),
      /edge2 has the same address as edge1/,
    ],
    ['an edge without its VIP', good.replace(' vip: 192.0.2.100/24,', ''), /an edge cluster needs vip/],
    [
      'a mailbox in no store',
      good.replace('test: store\n', 'test: mx\n'),
      /ann@example\.test lives in mx, which is no store cluster/,
    ],
    [
      'an active side outside the pair',
      good.replace('nodes: [s1, s2]', 'active: mx1, nodes: [s1, s2]'),
      /mx1 is not one of the nodes of store/,
    ],
    ['YAML that does not parse', good.replace('nodes: [mx1]', 'nodes: [mx1'), /^fleet\.yaml:1\d:\d+: /],
    ['an empty text', '', /^fleet\.yaml:1:1: .*mailyard/],
    ['a text that is no map', 'just words', /^fleet\.yaml:1:1: /],
  ])('refuses %s with the place and what was expected', (_what, text, message) => {
    expect(messageOf(text)).toMatch(message);
  });

  it('never throws anything but a bad-input error, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(messageOf(text)).toMatch(/^fleet\.yaml:\d+:\d+: /);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an edit of the fleet file', () => {
  it('adds a node and keeps every comment', () => {
    const edited = addNodeToFleetFile(good, 'mx', {
      id: 'mx2',
      address: '192.0.2.6',
      failureDomain: 'rack-b',
    });
    expect(edited).toContain('# our fleet');
    expect(edited).toContain('# grows');
    const fleet = parseFleetFile(edited);
    expect(fleet.clusters.find((cluster) => cluster.id === 'mx')?.nodes).toEqual(['mx1', 'mx2']);
    expect(fleet.nodes.find((node) => node.id === 'mx2')?.failureDomain).toBe('rack-b');
  });

  it('is the same when made twice', () => {
    const once = addNodeToFleetFile(good, 'mx', { id: 'mx2', address: '192.0.2.6' });
    expect(addNodeToFleetFile(once, 'mx', { id: 'mx2', address: '192.0.2.6' })).toBe(once);
  });

  it('is undone by removing the node', () => {
    const edited = addNodeToFleetFile(good, 'mx', { id: 'mx2', address: '192.0.2.6' });
    expect(parseFleetFile(removeNodeFromFleetFile(edited, 'mx2'))).toEqual(parseFleetFile(good));
  });

  it('builds a fleet from nothing', () => {
    let text = newFleetText('first');
    text = addClusterToFleetFile(text, { id: 'edge', role: 'edge', vip: '192.0.2.100/24' });
    text = addNodeToFleetFile(text, 'edge', { id: 'edge1', address: '192.0.2.1' });
    expect(parseFleetFile(text).clusters[0]).toMatchObject({ id: 'edge', nodes: ['edge1'] });
  });

  it('refuses a change that would make the file bad and leaves the text alone', () => {
    expect(() => addNodeToFleetFile(good, 'mx', { id: 'mx2', address: '192.0.2.1' })).toThrow(
      /same address as edge1/,
    );
    expect(() => addNodeToFleetFile(good, 'nope', { id: 'mx2', address: '192.0.2.9' })).toThrow(
      /no cluster nope/,
    );
  });
});
