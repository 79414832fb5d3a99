/**
 * ssh-agent with the keys that are meant for this server first. sshd counts
 * every key it is shown (MaxAuthTries 6), so an agent that holds many locks one out.
 */
import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';

/** As many as sshd lets anyone try. */
const keysTried = 6;

export class IdentityAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ssh2.BaseAgent;
  readonly #first: readonly string[];
  readonly #only: boolean;

  constructor(socket: string, first: readonly string[] = [], only = false) {
    super();
    this.#agent = ssh2.createAgent(socket);
    this.#first = first;
    this.#only = only;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((failed, keys) => {
      if (failed) {
        callback(failed);
        return;
      }
      const held = (keys ?? []) as unknown as ParsedKey[];
      const meant = held.filter((key) => this.#first.includes(key.getPublicSSH().toString('base64')));
      const others = this.#only ? [] : held.filter((key) => !meant.includes(key));
      callback(null, [...meant, ...others].slice(0, keysTried));
    });
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions, done?: SignCallback): void;
  override sign(key: ParsedKey, data: Buffer, done: SignCallback): void;
  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}
