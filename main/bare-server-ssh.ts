/** A server that is being added, over SSH with the login that the operator gave. */
import { OpsError } from '../common/model/ops-error.ts';
import type { AgentBundle } from './runbooks/provision/agent-steps.ts';
import type { BareServer } from './runbooks/provision/bare-server.ts';
import { asRoot, installAgent, type RootExec } from './runbooks/provision/install-agent.ts';
import { removeAgent } from './runbooks/provision/remove-agent.ts';
import { surveyServer } from './runbooks/provision/survey-server.ts';
import type { SshConnection, SshTarget, Transport } from './ssh/transport.ts';

export interface BareServerOptions {
  readonly transport: Transport;
  readonly target: SshTarget;
  readonly bundle: AgentBundle;
  readonly operatorUser: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
}

const connectTimeoutMs = 15_000;
/** A longer one is a broken script. Unit: bytes. */
const mostOutput = 4 * 1024 * 1024;

export class SshBareServer implements BareServer {
  private readonly options: BareServerOptions;
  private connection: Promise<SshConnection> | null = null;

  constructor(options: BareServerOptions) {
    this.options = options;
  }

  /** Throws as Transport.connect does; HostKeyError says which key is not known. */
  async connect(signal?: AbortSignal): Promise<SshConnection> {
    this.connection ??= this.options.transport
      .connect(this.options.target, { timeoutMs: connectTimeoutMs, signal })
      .then((connection) => {
        void connection.closed.then(() => {
          this.connection = null;
        });
        return connection;
      });
    try {
      return await this.connection;
    } catch (thrown) {
      this.connection = null;
      throw thrown;
    }
  }

  async survey(signal: AbortSignal): ReturnType<BareServer['survey']> {
    return surveyServer(await this.connect(signal), signal);
  }

  async installAgent(output: (line: string) => void, signal: AbortSignal): Promise<void> {
    const { bundle, operatorUser, publicKey } = this.options;
    const { roles } = await this.survey(signal);
    const lines = await installAgent(
      await this.root(signal),
      { bundle: await bundle.text(), version: bundle.version, operatorUser, publicKey, roles },
      signal,
    );
    for (const line of lines) output(line);
  }

  async removeAgent(output: (line: string) => void, signal: AbortSignal): Promise<void> {
    if (this.options.target.user === this.options.operatorUser) {
      throw new OpsError('bad-input', 'The agent is taken away as root, not as the operators’ account.');
    }
    await removeAgent(await this.root(signal), signal);
    output('the agent, its account and its rules are gone');
  }

  /** The login is forgotten. */
  close(): void {
    void this.connection?.then(
      (connection) => connection.close(),
      () => {},
    );
    this.connection = null;
  }

  private async root(signal: AbortSignal): Promise<RootExec> {
    const connection = await this.connect(signal);
    const exec: RootExec = (command, options) =>
      connection.exec(command, { maxBytes: mostOutput, ...options });
    if (this.options.target.user === 'root') return exec;
    const password = this.options.target.auth.find((one) => one.kind === 'password');
    return asRoot(exec, password?.password ?? null);
  }
}
