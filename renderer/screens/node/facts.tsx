import type { NodeDetail } from '../../../common/ipc/contract.ts';
import type { NodeView } from '../../../common/model/views.ts';
import { formatDuration } from '../../format/duration.ts';
import { formatNumber, inWords } from '../../format/number.ts';

const mebibyte = 1024 * 1024;

/** What the machine is. */
export function Facts({ node, detail }: { readonly node: NodeView; readonly detail: NodeDetail | null }) {
  const facts = detail?.facts ?? null;
  const rows: (readonly [string, string])[] = [
    ['address', node.address],
    ['roles', node.roles.join(', ') || 'none'],
    ['fails together with', node.failureDomain ?? 'not said in the fleet file'],
    ['agent', node.agentVersion ?? 'unknown'],
  ];
  if (facts) {
    rows.push(
      ['system', facts.osTitle],
      ['kernel', `${facts.kernel}, ${facts.architecture}`],
      ['cores', String(facts.cpuCores)],
      ['memory', inWords(formatNumber(facts.memoryMiB * mebibyte, 'bytes'))],
      [
        'disk free',
        `${inWords(formatNumber(facts.diskFreeMiB * mebibyte, 'bytes'))} of ${inWords(formatNumber(facts.diskTotalMiB * mebibyte, 'bytes'))}`,
      ],
      [
        'clock',
        `${facts.clockOffsetMs >= 0 ? '+' : '−'}${inWords(formatNumber(Math.abs(facts.clockOffsetMs), 'ms'))} from ours`,
      ],
      ['up for', formatDuration(facts.uptimeSeconds * 1000)],
      ['listens on', facts.listeningPorts.join(', ') || 'nothing'],
    );
  }
  return (
    <section>
      <h2>The machine</h2>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {detail?.factsError && <p className="tone-warn">{detail.factsError}</p>}
    </section>
  );
}
