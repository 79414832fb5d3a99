/** What an operator should know of one edge. Two holders of one VIP are for the console to see. */
import type { Finding, Serving } from '../../model/reading.ts';
import type { EdgeFacts } from './facts.ts';

/** HAProxy's words for a server that is out because somebody said so. */
const takenOut = /^(MAINT|DRAIN)/;

export function edgeFindings(facts: EdgeFacts, serving: Serving): readonly Finding[] {
  const findings: Finding[] = [];
  if (!facts.answers) {
    if (serving === 'serving') {
      findings.push({
        code: 'HaproxySilent',
        severity: 'critical',
        message: 'HAProxy does not answer on its socket, although its service runs; it may hang.',
      });
    }
    return findings;
  }
  for (const backend of facts.backends) {
    if (backend.servers.length > 0 && backend.usable === 0) {
      findings.push({
        code: 'BackendWithoutServer',
        severity: 'critical',
        message: `No server takes ${backend.name}: ${backend.servers.map((server) => `${server.name} is ${server.status}`).join(', ')}.`,
      });
      continue;
    }
    const down = backend.servers.filter(
      (server) => server.status.startsWith('DOWN') && !takenOut.test(server.status),
    );
    for (const server of down) {
      findings.push({
        // The server's own problem is told where it is; this says who noticed.
        code: `ServerDown:${backend.name}/${server.name}`,
        severity: 'info',
        message: `${server.name} fails its ${backend.name} check (${server.check}); the others carry ${backend.name}.`,
      });
    }
  }
  if (facts.vrrp === 'FAULT' && !facts.released && serving === 'serving') {
    findings.push({
      code: 'VrrpFault',
      severity: 'warning',
      message: 'keepalived is in FAULT, so this edge cannot take the VIP: its check of HAProxy fails.',
    });
  }
  if (facts.released && serving === 'serving') {
    findings.push({
      code: 'VipReleased',
      severity: 'warning',
      message:
        'This edge was told to let go of the VIP and would not take it when the other is lost. Undrain it to put it back.',
    });
  }
  return findings;
}
