import type { NodeDetail } from '../../../common/ipc/contract.ts';
import type { ServiceReading, ServiceState } from '../../../common/model/reading.ts';
import type { NodeState, NodeView } from '../../../common/model/views.ts';
import type { Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { LogText } from '../../components/log-text.tsx';
import { NodeGlyph } from '../../components/state-glyph.tsx';
import { formatLasting } from '../../format/duration.ts';
import { nodeStateSaid } from '../../format/words.ts';
import { useNow } from '../../stores/clock.ts';

/** A service's state in the shapes that servers have. */
const likeNode: Readonly<Record<ServiceState, NodeState>> = {
  running: 'healthy',
  stopped: 'drained',
  failed: 'failing',
  starting: 'joining',
  unknown: 'unknown',
};

export function Services({
  node,
  detail,
  failure,
}: {
  readonly node: NodeView;
  readonly detail: NodeDetail | null;
  readonly failure: Failure | null;
}) {
  const rows = node.services.map((service) => ({
    service,
    detail: detail?.services.find((one) => one.unit === service.unit) ?? null,
  }));
  return (
    <section className="services">
      <h2>
        Services <span>{detail ? 'with the last lines of their logs' : 'reading their logs…'}</span>
      </h2>
      {failure && <ErrorNote failure={failure} />}
      {rows.length === 0 && <p className="faint">No role of this server has said which services it has.</p>}
      {rows.map((row) => (
        <Service
          key={row.service.unit}
          service={row.service}
          title={row.detail?.title ?? ''}
          lines={row.detail?.lastLines ?? null}
        />
      ))}
    </section>
  );
}

function Service({
  service,
  title,
  lines,
}: {
  readonly service: ServiceReading;
  readonly title: string;
  readonly lines: readonly string[] | null;
}) {
  const now = useNow();
  const shape = likeNode[service.state];
  const { tone } = nodeStateSaid[shape];
  return (
    <article className="service">
      <div>
        <p className={`tone-${tone} name`}>
          <NodeGlyph state={shape} />
          <b>{title || service.unit.replace(/\.service$/, '')}</b>
        </p>
        <p className="faint">
          {service.state}
          {service.sinceMs !== null && ` for ${formatLasting(now - service.sinceMs)}`}
          {service.detail && `, ${service.detail}`}
        </p>
        <p className="mono faint">{service.unit}</p>
      </div>
      <LogText label={`Last log lines of ${service.unit}`}>
        {lines === null ? 'not read yet' : lines.length === 0 ? 'It has logged nothing.' : lines.join('\n')}
      </LogText>
    </article>
  );
}
