import { IconChevronRight, IconFileText, IconFlask, IconServerBolt } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { StartChoices } from '../../../common/ipc/contract.ts';
import type { Result } from '../../../common/model/result.ts';
import { ask, type Failure } from '../../bridge/bridge.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { useAddServer } from '../../stores/add-server.ts';
import { useFleet } from '../../stores/fleet.ts';
import { usePlace } from '../../stores/place.ts';
import { testIds } from '../../test-ids.ts';
import { ThemeSwitch } from '../shell/navigation.tsx';
import './welcome-screen.css';

type Busy = 'file' | 'lab' | 'create' | null;

/** An empty console says what to do next. */
export function WelcomeScreen() {
  const [choices, setChoices] = useState<StartChoices | null>(null);
  const [busy, setBusy] = useState<Busy>(null);
  const [own, setFailure] = useState<Failure | null>(null);
  const failure = useFleet((state) => own ?? state.openFailure);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('mail');

  useEffect(() => {
    void ask('app.start-choices', {}).then((answer) => {
      if (answer.ok) setChoices(answer.value);
    });
  }, []);

  const attempt = async (
    what: Exclude<Busy, null>,
    act: () => Promise<Result<unknown>>,
  ): Promise<boolean> => {
    setBusy(what);
    setFailure(null);
    const answer = await act();
    setBusy(null);
    if (!answer.ok) {
      setFailure(answer);
      return false;
    }
    return enter();
  };

  const openFile = async (): Promise<void> => {
    setFailure(null);
    const chosen = await ask('fleet.choose-file', {});
    if (!chosen.ok) setFailure(chosen);
    else if (chosen.value !== null)
      await attempt('file', () => ask('fleet.open', { path: chosen.value ?? '' }));
  };

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!(await attempt('create', () => ask('fleet.create', { name })))) return;
    useAddServer.getState().clear();
    usePlace.getState().go({ screen: 'add-server' });
  };

  return (
    <main className="welcome" data-testid={testIds.welcome}>
      <div className="welcome-theme">
        <ThemeSwitch />
      </div>
      <div className="welcome-body">
        <h1>Mailyard</h1>
        <p className="lead">
          Mail servers that may fail, one at a time, without anybody noticing. Nothing is sent to a server
          until you have seen its key and the plan.
        </p>
        {failure && (
          <ErrorNote failure={failure} testId={testIds.welcomeError}>
            <button
              type="button"
              className="btn small"
              onClick={() => {
                setFailure(null);
                useFleet.getState().clearOpenFailure();
              }}
            >
              Understood
            </button>
          </ErrorNote>
        )}
        <div className="choices">
          <Choice
            icon={IconServerBolt}
            title="Add your first server"
            text="A bare Debian 13 machine and a way to log in by SSH. Mailyard makes the rest."
            testId={testIds.welcomeFirstServer}
            onPress={() => setNaming(true)}
            open={naming}
          />
          {naming && (
            <form className="naming" onSubmit={(event) => void create(event)}>
              <label htmlFor="fleet-name">What shall this fleet be called?</label>
              <div className="row">
                <input
                  id="fleet-name"
                  // biome-ignore lint/a11y/noAutofocus: it was asked for by pressing the button above
                  autoFocus
                  value={name}
                  maxLength={63}
                  spellCheck={false}
                  data-testid={testIds.welcomeFleetName}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
                <button
                  type="submit"
                  className="btn go"
                  data-testid={testIds.welcomeCreate}
                  disabled={busy !== null || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)}
                >
                  {busy === 'create' ? 'Making its file…' : 'Make the fleet file'}
                </button>
              </div>
              <p className="faint">
                Letters, digits, dot and dash. It is a file of plain text that you can edit and keep in git.
              </p>
            </form>
          )}
          <Choice
            icon={IconFileText}
            title="Open a fleet file"
            text={busy === 'file' ? 'Reading it…' : 'A YAML file that names your clusters and servers.'}
            testId={testIds.welcomeOpenFile}
            onPress={() => void openFile()}
          />
          <Choice
            icon={IconFlask}
            title="Try the lab"
            text={
              busy === 'lab'
                ? 'Starting…'
                : choices?.labIsUp
                  ? 'The lab is up on this machine: real Debian servers that you may break.'
                  : 'A simulated fleet on this machine: real SSH and the real agent, invented readings.'
            }
            testId={testIds.welcomeTryLab}
            onPress={() => void attempt('lab', () => ask('fleet.try-lab', {}))}
          />
        </div>
        {choices && choices.recent.length > 0 && (
          <section className="recent-fleets">
            <h2>Opened before</h2>
            <ul>
              {choices.recent.map(({ path, name: fleet }) => (
                <li key={path}>
                  <button
                    type="button"
                    onClick={() => void attempt('file', () => ask('fleet.open', { path }))}
                  >
                    <b>{fleet}</b> <span className="mono faint">{path}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}

interface ChoiceProps {
  readonly icon: typeof IconFlask;
  readonly title: string;
  readonly text: string;
  readonly testId: string;
  readonly open?: boolean;
  readonly onPress: () => void;
}

function Choice({ icon: Icon, title, text, testId, open, onPress }: ChoiceProps) {
  return (
    <button type="button" className="choice" data-testid={testId} aria-expanded={open} onClick={onPress}>
      <Icon size={20} stroke={1.5} aria-hidden="true" />
      <span>
        <b>{title}</b>
        <small>{text}</small>
      </span>
      <IconChevronRight size={15} stroke={1.6} aria-hidden="true" />
    </button>
  );
}

/** The view comes by itself as an event; asked for as well, so that nothing waits for the next second. */
async function enter(): Promise<boolean> {
  const answer = await ask('fleet.view', {});
  if (!answer.ok || answer.value === null) return answer.ok;
  usePlace.getState().reset();
  useFleet.getState().setView(answer.value);
  return true;
}
