/** What only the edges know of an mx: does anybody send it mail? */
import type { Finding } from '../../model/reading.ts';
import { readEdgeFacts } from '../edge/facts.ts';
import { smtpBackend } from '../edge/render.ts';
import type { Situation } from '../role.ts';
import { edgesOf } from './edges.ts';

export function mxCrossFindings(situation: Situation): readonly Finding[] {
  const { nodeId } = situation;
  if (situation.readings.get(nodeId)?.serving !== 'serving') return [];
  const seen = edgesOf(situation.fleet).flatMap((edge) => {
    const facts = readEdgeFacts(situation.readings.get(edge)?.facts);
    if (!facts?.answers) return [];
    const server = facts.backends
      .find((backend) => backend.name === smtpBackend)
      ?.servers.find((one) => one.name === nodeId);
    return [{ edge, status: server?.status ?? 'not in its configuration', check: server?.check ?? '' }];
  });
  if (seen.length === 0) return [];
  const without = seen.filter((one) => !/^(UP|no check)/.test(one.status));
  if (without.length === 0) return [];
  const words = without.map(
    (one) => `${one.edge} (${one.status}${one.check === '' ? '' : `, ${one.check}`})`,
  );
  return [
    without.length === seen.length
      ? {
          code: 'NoEdgeSendsMail',
          severity: 'critical',
          message: `No edge sends it mail, although it serves: ${words.join(', ')}.`,
        }
      : {
          code: 'SomeEdgeSendsNoMail',
          severity: 'warning',
          message: `It serves, but gets no mail from ${words.join(', ')}.`,
        },
  ];
}
