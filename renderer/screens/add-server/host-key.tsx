import type { Reached } from '../../../common/ipc/contract.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { testIds } from '../../test-ids.ts';

type Unknown = Extract<Reached, { readonly state: 'host-key-unknown' }>;

/** Is this the machine one means? Large enough to compare, in words to read over the phone. */
export function HostKey({ reached }: { readonly reached: Unknown }) {
  const { busy, failure, acceptKey, reset } = useAddServer();
  return (
    <div className="host-key">
      <p>
        It answers with this <span className="mono">{reached.type}</span> host key, which this console has
        never seen. Compare it with what the server itself says:
      </p>
      <p className="fingerprint mono selectable" data-testid={testIds.addServerFingerprint}>
        {reached.fingerprint}
      </p>
      <p className="words selectable" data-testid={testIds.addServerWords}>
        {reached.words}
      </p>
      <p className="faint">
        On the server’s own console:{' '}
        <span className="mono selectable">ssh-keygen -lf /etc/ssh/{keyFile(reached.type)}</span>. The words
        say the same fingerprint, for the phone.
      </p>
      {failure && <ErrorNote failure={failure} testId={testIds.addServerError} />}
      <div className="row">
        <button type="button" className="btn" data-testid={testIds.addServerRefuseKey} onClick={reset}>
          {failure ? 'Change how to log in' : 'It is another: stop'}
        </button>
        <button
          type="button"
          className="btn go"
          disabled={busy !== null}
          data-testid={testIds.addServerAcceptKey}
          onClick={() => void acceptKey()}
        >
          {busy === 'accept' ? 'Logging in…' : failure ? 'Try again' : 'It is the same: accept and log in'}
        </button>
      </div>
    </div>
  );
}

function keyFile(type: string): string {
  if (type.includes('ed25519')) return 'ssh_host_ed25519_key.pub';
  return type.includes('ecdsa') ? 'ssh_host_ecdsa_key.pub' : 'ssh_host_rsa_key.pub';
}
