import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { roles } from '../../../../common/roles/index.ts';
import { renderTemplate } from '../../../../common/roles/template.ts';
import { pretendFleet, pretendSituation } from './pretend-situation.ts';

function rendered(role: 'edge' | 'mx', nodeId: string, template: string, fleet = pretendFleet()): string {
  const provision = roles[role].provision!;
  const values = provision.values(pretendSituation(nodeId, role, {}, fleet), new Map());
  const text = readFileSync(new URL(`../../../../assets/roles/${role}/${template}`, import.meta.url), 'utf8');
  return renderTemplate(text, values);
}

describe('templates of edge and mx', () => {
  const all = (['edge', 'mx'] as const).flatMap((role) =>
    roles[role].provision!.files.map((file) => [role, file.template] as const),
  );

  it.each(all)('%s/%s has a value for each of its places', (role, template) => {
    expect(rendered(role, role === 'edge' ? 'edge1' : 'mx1', template)).not.toMatch(/\{\{[a-z]/);
  });
});

describe('haproxy.cfg', () => {
  it('names every mx, checked where rspamd cannot slow the answer, and joining drained', () => {
    const text = rendered('edge', 'edge1', 'haproxy.cfg', pretendFleet({ mx: ['mx1', 'mx2', 'mx3'] }));
    for (const [name, address] of [
      ['mx1', '10.0.0.13'],
      ['mx3', '10.0.0.15'],
    ]) {
      expect(text).toContain(
        `  server ${name} ${address}:26 weight 100 check port 10025 send-proxy-v2 # joins-drained\n`,
      );
    }
  });

  it('sends IMAP to the active side of the store and is the same on both edges', () => {
    const text = rendered('edge', 'edge1', 'haproxy.cfg');
    expect(text).toContain('  server store1 10.0.0.15:143 check');
    expect(text).not.toContain('store2');
    expect(rendered('edge', 'edge2', 'haproxy.cfg')).toBe(text);
  });

  it('binds the VIP, so that a server may be edge and mx at once', () => {
    expect(rendered('edge', 'edge1', 'haproxy.cfg')).toContain('bind 10.0.0.100:25 transparent');
  });
});

describe('keepalived.conf', () => {
  it('lists the other edges as peers and never itself', () => {
    const text = rendered('edge', 'edge2', 'keepalived.conf');
    expect(text).toContain('unicast_src_ip 10.0.0.12');
    expect(/unicast_peer \{([^}]*)\}/.exec(text)?.[1]?.trim()).toBe('10.0.0.11');
  });

  it('keeps the priorities of old edges when a new one is added last', () => {
    const priority = (text: string): string | undefined => /priority (\d+)/.exec(text)?.[1];
    expect(priority(rendered('edge', 'edge1', 'keepalived.conf'))).toBe('200');
    expect(priority(rendered('edge', 'edge2', 'keepalived.conf'))).toBe('190');
  });
});

describe('the maps of Postfix', () => {
  it('send each mailbox, and the probe, to the active side of its store', () => {
    const text = rendered('mx', 'mx1', 'mailyard-transport');
    expect(text).toContain('\nann@yard.test lmtp:inet:[10.0.0.15]:24\n');
    expect(text).toContain('\nmailyard-probe@yard.test lmtp:inet:[10.0.0.15]:24\n');
  });

  it('ask mail to come again, and do not refuse it, while its store has no server', () => {
    const fleet = pretendFleet();
    const clusters = fleet.clusters.map((one) =>
      one.role === 'store' ? { ...one, nodes: [], active: null } : one,
    );
    expect(rendered('mx', 'mx1', 'mailyard-transport', { ...fleet, clusters })).toContain(
      'ann@yard.test retry:4.3.0',
    );
    expect(rendered('mx', 'mx1', 'mailyard-recipients', { ...fleet, clusters })).toContain(
      'ann@yard.test ok',
    );
  });

  it('keep health checks of both edges out of the log', () => {
    expect(rendered('mx', 'mx1', 'postfix-unit.conf')).toContain(
      String.raw`LogFilterPatterns=~^(dis)?connect from [^ ]*\[(10\.0\.0\.11|10\.0\.0\.12)\]`,
    );
  });

  it('refuse a node that is known by name only, with the reason', () => {
    const fleet = pretendFleet();
    const nodes = fleet.nodes.map((node) =>
      node.id === 'mx1' ? { ...node, address: 'mx1.yard.test' } : node,
    );
    expect(() => rendered('edge', 'edge1', 'haproxy.cfg', { ...fleet, nodes })).toThrow(
      /an IPv4 address, not a name/,
    );
  });
});
