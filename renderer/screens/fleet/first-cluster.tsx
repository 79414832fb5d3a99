import { usePlace } from '../../stores/place.ts';

/** An empty fleet says what to do next. */
export function FirstCluster() {
  const go = usePlace((state) => state.go);
  return (
    <section className="first-cluster panel">
      <h2>This fleet has no server yet</h2>
      <p>
        Add a Debian 13 server: Mailyard shows its host key before anything is sent, looks at what it is, says
        what it would do, and only then does it.
      </p>
      <button type="button" className="btn go" onClick={() => go({ screen: 'add-server' })}>
        Add the first server…
      </button>
    </section>
  );
}
