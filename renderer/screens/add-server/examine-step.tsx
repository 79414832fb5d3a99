import type { RequirementCheck } from '../../../common/model/host-facts.ts';
import type { NodeState } from '../../../common/model/views.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { NodeGlyph } from '../../components/state-glyph.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { testIds } from '../../test-ids.ts';

const shape: Readonly<Record<RequirementCheck['state'], NodeState>> = {
  ok: 'healthy',
  warning: 'degraded',
  failed: 'failing',
};
const tone = { ok: 'ok', warning: 'warn', failed: 'bad' } as const;
const word = { ok: 'good', warning: 'remark', failed: 'must be mended' } as const;

export function ExamineStep() {
  const { busy, failure, examination, plan, runId, examine } = useAddServer();
  if (!examination) {
    if (failure && busy === null) {
      return (
        <ErrorNote failure={failure} testId={testIds.addServerError}>
          <button type="button" className="btn small" onClick={() => void examine()}>
            Look again
          </button>
        </ErrorNote>
      );
    }
    return <p className="faint">Asking it what it is: release, cores, memory, disk, clock, ports, name.</p>;
  }
  const { facts, checks } = examination;
  const failed = checks.some((check) => check.state === 'failed');
  const sorted = [...checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <>
      <p className="dim">
        {facts.osTitle}, {facts.architecture}, calls itself {facts.hostname}
      </p>
      {runId === null && (
        <ul className="checks" data-testid={testIds.addServerChecks}>
          {sorted.map((check) => (
            <li key={check.code} data-state={check.state}>
              <span className={`tone-${tone[check.state]}`}>
                <NodeGlyph state={shape[check.state]} />
                <span className="sr-only">{word[check.state]}: </span>
              </span>
              <b>{check.title}</b>
              <span className={check.state === 'ok' ? 'dim' : undefined}>
                {check.detail}
                {check.mend && <em> {check.mend}</em>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {(failed || (failure && plan === null)) && busy === null && (
        <div className="stack" style={{ gap: 10 }}>
          {failure && <ErrorNote failure={failure} testId={testIds.addServerError} />}
          <div className="row">
            <button type="button" className="btn" onClick={() => void examine()}>
              Mended: look again
            </button>
          </div>
        </div>
      )}
    </>
  );
}

const order: readonly RequirementCheck['state'][] = ['failed', 'warning', 'ok'];
