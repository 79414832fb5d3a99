import { SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type RoleId, roleIds } from '../../../common/roles/role-id.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFleet } from '../../stores/fleet.ts';
import { testIds } from '../../test-ids.ts';

const roleWords: Readonly<Record<RoleId, string>> = {
  edge: 'The entrance: takes connections at one address and hands them on.',
  mx: 'Takes mail in, filters it, hands it to the stores.',
  store: 'Keeps mailboxes, as a pair that replicates.',
};

/** A cluster of a role, so that a server has something to join. */
export function NewCluster({
  onMade,
  onCancel,
}: {
  readonly onMade: (clusterId: string) => void;
  readonly onCancel: (() => void) | null;
}) {
  const [role, setRole] = useState<RoleId>('mx');
  const [name, setName] = useState('mx');
  const [vip, setVip] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask('fleet.add-cluster', {
      clusterId: name,
      role,
      vip: role === 'edge' ? vip.trim() || null : null,
    });
    if (answer.ok) {
      const seen = await ask('fleet.view', {});
      if (seen.ok && seen.value) useFleet.getState().setView(seen.value);
      onMade(name);
    } else setFailure(answer);
    setBusy(false);
  };
  const ready = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) && (role !== 'edge' || vip.trim() !== '');
  return (
    <section className="new-cluster panel" aria-label="A new cluster">
      <div className="fields">
        <div>
          <p className="field-label" id="role-label">
            What shall the cluster do?
          </p>
          <SegmentedControl
            aria-labelledby="role-label"
            data={roleIds.map((id) => ({
              value: id,
              label: <span data-testid={`${testIds.newClusterRole}-${id}`}>{id}</span>,
            }))}
            value={role}
            onChange={(value) => {
              setRole(value as RoleId);
              if ((roleIds as readonly string[]).includes(name) || name === 'store1')
                setName(value === 'store' ? 'store1' : value);
            }}
            transitionDuration={0}
            data-testid={testIds.newClusterRole}
          />
        </div>
        <TextInput
          label="Its name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value.trim())}
          spellCheck={false}
          data-testid={testIds.newClusterName}
        />
        {role === 'edge' && (
          <TextInput
            label="The address that users connect to"
            placeholder="10.0.0.100/24"
            value={vip}
            onChange={(event) => setVip(event.currentTarget.value)}
            spellCheck={false}
            data-testid={testIds.newClusterVip}
          />
        )}
      </div>
      <p className="dim">{roleWords[role]}</p>
      {failure && <ErrorNote failure={failure} />}
      <div className="row">
        {onCancel && (
          <button type="button" className="btn small" onClick={onCancel}>
            Not now
          </button>
        )}
        <button
          type="button"
          className="btn small"
          disabled={!ready || busy}
          data-testid={testIds.newClusterCreate}
          onClick={() => void make()}
        >
          Add cluster {name} to the fleet
        </button>
      </div>
    </section>
  );
}
