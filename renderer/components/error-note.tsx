import type { ReactNode } from 'react';
import type { OpsProblem } from '../../common/model/ops-error.ts';
import type { Failure } from '../bridge/bridge.ts';
import './error-note.css';

const headings: Readonly<Record<OpsProblem, string>> = {
  unreachable: 'It cannot be reached',
  'host-key-unknown': 'Its host key is not known',
  'host-key-changed': 'Its host key has changed',
  'access-denied': 'Access was denied',
  timeout: 'It took too long',
  'command-failed': 'A command failed',
  'version-mismatch': 'The versions do not fit',
  'lease-held': 'Somebody else is at work',
  'bad-input': 'That cannot be used as it is',
  internal: 'Something went wrong in Mailyard',
};

/** What is known, what may be tried. `children` are what can be done about it, here. */
export function ErrorNote({
  failure,
  testId,
  children,
}: {
  readonly failure: Failure;
  readonly testId?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div
      className={`error-note ${failure.problem === 'host-key-changed' ? 'is-hard' : ''}`}
      role="alert"
      data-testid={testId}
    >
      <b>{headings[failure.problem]}</b>
      <p className="selectable">{failure.message}</p>
      {children && <div className="row">{children}</div>}
    </div>
  );
}
