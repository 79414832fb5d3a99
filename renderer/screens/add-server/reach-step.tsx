import { NumberInput, PasswordInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ErrorNote } from '../../components/error-note.tsx';
import { type AuthKind, formObjections, useAddServer } from '../../stores/add-server.ts';
import { useFleet } from '../../stores/fleet.ts';
import { testIds } from '../../test-ids.ts';
import { HostKey } from './host-key.tsx';
import { NewCluster } from './new-cluster.tsx';

const newCluster = ' new';

const authKinds: readonly { readonly value: AuthKind; readonly label: string }[] = [
  { value: 'password', label: 'Password' },
  { value: 'key', label: 'Key file' },
  { value: 'agent', label: 'SSH agent' },
];

export function ReachStep() {
  const { form, busy, failure, reached, edit, reach } = useAddServer();
  const clusters = useFleet((state) => state.view?.clusters) ?? [];
  const [tried, setTried] = useState(false);
  const [making, setMaking] = useState(clusters.length === 0);
  const objections = formObjections(form);
  const shown = tried ? objections : {};

  if (reached?.state === 'connected') return <Summary fingerprint={reached.fingerprint} />;
  if (reached) return <HostKey reached={reached} />;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(objections).length === 0) void reach();
  };
  return (
    <>
      {(making || clusters.length === 0) && (
        <NewCluster
          onMade={(clusterId) => {
            edit({ clusterId });
            setMaking(false);
          }}
          onCancel={clusters.length > 0 ? () => setMaking(false) : null}
        />
      )}
      <form className="reach-form" onSubmit={submit} noValidate>
        <div className="fields">
          <Select
            label="Cluster it joins"
            data={[
              ...clusters.map((cluster) => ({ value: cluster.id, label: `${cluster.id} (${cluster.role})` })),
              { value: newCluster, label: 'A new cluster…' },
            ]}
            value={form.clusterId || null}
            onChange={(value) => (value === newCluster ? setMaking(true) : edit({ clusterId: value ?? '' }))}
            error={shown.clusterId}
            allowDeselect={false}
            comboboxProps={{ transitionProps: { duration: 0 } }}
            data-testid={testIds.addServerCluster}
          />
          <TextInput
            label="Name in the fleet"
            placeholder="mx3"
            value={form.nodeId}
            onChange={(event) => edit({ nodeId: event.currentTarget.value.trim() })}
            error={shown.nodeId}
            spellCheck={false}
            data-testid={testIds.addServerName}
          />
          <TextInput
            label="Address"
            placeholder="10.0.0.23 or mx3.example.org"
            value={form.address}
            onChange={(event) => edit({ address: event.currentTarget.value })}
            error={shown.address}
            spellCheck={false}
            data-testid={testIds.addServerAddress}
          />
          <NumberInput
            label="SSH port"
            value={form.port}
            onChange={(value) => edit({ port: Number(value) })}
            min={1}
            max={65535}
            hideControls
            error={shown.port}
            data-testid={testIds.addServerPort}
          />
        </div>
        <div className="fields is-login">
          <div>
            <p className="field-label" id="auth-label">
              Log in with
            </p>
            <SegmentedControl
              aria-labelledby="auth-label"
              data={authKinds.map(({ value, label }) => ({
                value,
                label: <span data-testid={`${testIds.addServerAuth}-${value}`}>{label}</span>,
              }))}
              value={form.auth}
              onChange={(value) => edit({ auth: value as AuthKind })}
              transitionDuration={0}
              data-testid={testIds.addServerAuth}
            />
          </div>
          <TextInput
            label="As user"
            value={form.user}
            onChange={(event) => edit({ user: event.currentTarget.value.trim() })}
            error={shown.user}
            spellCheck={false}
            data-testid={testIds.addServerUser}
          />
          {form.auth === 'password' && (
            <PasswordInput
              label="Password"
              value={form.password}
              onChange={(event) => edit({ password: event.currentTarget.value })}
              error={shown.password}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
              data-testid={testIds.addServerPassword}
            />
          )}
          {form.auth === 'key' && (
            <>
              <TextInput
                label="Private key file"
                placeholder="~/.ssh/id_ed25519"
                value={form.keyPath}
                onChange={(event) => edit({ keyPath: event.currentTarget.value })}
                error={shown.keyPath}
                spellCheck={false}
                data-testid={testIds.addServerKeyPath}
              />
              <PasswordInput
                label="Its passphrase, if any"
                value={form.passphrase}
                onChange={(event) => edit({ passphrase: event.currentTarget.value })}
                autoComplete="off"
                visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase' }}
                data-testid={testIds.addServerPassphrase}
              />
            </>
          )}
          <TextInput
            label="Fails together with"
            placeholder="rack, power feed (optional)"
            value={form.failureDomain}
            onChange={(event) => edit({ failureDomain: event.currentTarget.value.trim() })}
            spellCheck={false}
            data-testid={testIds.addServerDomain}
          />
        </div>
        {failure && <ErrorNote failure={failure} testId={testIds.addServerError} />}
        <div className="row">
          <button
            type="submit"
            className="btn go"
            disabled={busy !== null || clusters.length === 0}
            data-testid={testIds.addServerReach}
          >
            {busy === 'reach' ? 'Reaching…' : failure ? 'Try again' : 'Reach it'}
          </button>
          <p className="faint">
            Its host key is shown first; the password or key is used only after you have accepted it.
          </p>
        </div>
      </form>
    </>
  );
}

function Summary({ fingerprint }: { readonly fingerprint: string }) {
  const form = useAddServer((state) => state.form);
  return (
    <p className="dim">
      {form.user}@{form.address}:{form.port}, host key <span className="mono selectable">{fingerprint}</span>
    </p>
  );
}
