/**
 * The order of login attempts on one connection, as ssh2's `authHandler`.
 *
 * It is asked for the next attempt each time the server refused one, and is
 * told what the server still takes. It hands out nothing before the host key's
 * verdict: a server that skips ahead in the protocol gets no credential.
 */
import type { AuthenticationType, AuthHandlerMiddleware } from 'ssh2';
import type { Credential } from './credentials.ts';

type Attempt = Parameters<Parameters<AuthHandlerMiddleware>[2]>[0];

export class Login {
  /** What was tried, for the error message. */
  readonly tried: string[] = [];
  /** What the server takes, as it last said; null before it said anything. */
  offered: readonly string[] | null = null;
  /** One step was passed and the server wants another. */
  partial = false;
  readonly #user: string;
  readonly #left: Credential[];
  readonly #hostKeyAccepted: () => boolean;
  #asked = false;
  /** A password that plain `password` was refused for may still do as an answer to a prompt. */
  readonly #prompted = new Set<Credential>();

  constructor(user: string, credentials: readonly Credential[], hostKeyAccepted: () => boolean) {
    this.#user = user;
    this.#left = [...credentials];
    this.#hostKeyAccepted = hostKeyAccepted;
  }

  /**
   * The next attempt, or false when there is none.
   * `offered` is null on the first call and a list of method names later.
   */
  next(offered: readonly AuthenticationType[] | null, partial: boolean | null): Attempt | false {
    if (!this.#hostKeyAccepted()) return false;
    if (offered !== null) this.offered = offered;
    if (partial === true) this.partial = true;
    // Asking with 'none' tells what the server takes, so that a password is not sent to one that wants keys.
    if (!this.#asked && offered === null && this.#left[0]?.kind === 'password') {
      this.#asked = true;
      return { type: 'none', username: this.#user } as unknown as Attempt;
    }
    const at = this.#left.findIndex((credential) => this.#methodFor(credential) !== null);
    if (at < 0) return false;
    const credential = this.#left[at]!;
    const method = this.#methodFor(credential)!;
    this.tried.push(method === 'keyboard-interactive' ? 'password at the prompt' : credential.label);
    if (method === 'password') this.#prompted.add(credential);
    else this.#left.splice(at, 1);
    return this.#attempt(credential, method);
  }

  #methodFor(credential: Credential): 'publickey' | 'password' | 'keyboard-interactive' | null {
    const takes = (method: string): boolean => this.offered === null || this.offered.includes(method);
    if (credential.kind !== 'password') return takes('publickey') ? 'publickey' : null;
    if (!this.#prompted.has(credential) && takes('password')) return 'password';
    return this.offered?.includes('keyboard-interactive') === true ? 'keyboard-interactive' : null;
  }

  #attempt(credential: Credential, method: 'publickey' | 'password' | 'keyboard-interactive'): Attempt {
    const username = this.#user;
    switch (credential.kind) {
      case 'key':
        return { type: 'publickey', username, key: credential.key };
      case 'agent':
        return { type: 'agent', username, agent: credential.agent };
      case 'password':
        if (method === 'password') return { type: 'password', username, password: credential.password };
        return {
          type: 'keyboard-interactive',
          username,
          // Only a single hidden question is the password; anything else is not answered with it.
          prompt: (_name, _instructions, _language, prompts, answer) => {
            const asksPassword = prompts.length === 1 && prompts[0]?.echo !== true;
            answer(asksPassword ? [credential.password] : prompts.map(() => ''));
          },
        };
    }
  }
}
