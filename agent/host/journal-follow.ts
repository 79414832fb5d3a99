/**
 * New journal lines for the probes: one long-lived `journalctl --follow` for
 * each list of identifiers, instead of a process a second. What comes faster
 * than it is fetched is dropped from the front, never piled up.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const maxWaitingLines = 500;
const restartAfterMs = 5000;

class Follower {
  readonly #identifiers: readonly string[];
  #child: ChildProcess | null = null;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #waiting: string[] = [];
  #open = '';

  constructor(identifiers: readonly string[]) {
    this.#identifiers = identifiers;
  }

  take(): readonly string[] {
    if (this.#child === null && performance.now() - this.#startedAtMs > restartAfterMs) this.#start();
    const lines = this.#waiting;
    this.#waiting = [];
    return lines;
  }

  dispose(): void {
    this.#child?.kill('SIGTERM');
    this.#child = null;
  }

  #start(): void {
    this.#startedAtMs = performance.now();
    const child = spawn(
      'journalctl',
      [
        '--follow',
        '--lines=0',
        '--quiet',
        '--no-pager',
        '--output=short-unix',
        ...this.#identifiers.map((identifier) => `--identifier=${identifier}`),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } },
    );
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#add(chunk.toString()));
    const gone = (): void => {
      if (this.#child === child) this.#child = null;
    };
    child.on('error', gone);
    child.on('exit', gone);
  }

  #add(text: string): void {
    const lines = (this.#open + text).split('\n');
    this.#open = (lines.pop() ?? '').slice(-4096);
    // short-unix: `1795463412.123456 hostname identifier[pid]: message`
    for (const line of lines) this.#waiting.push(line.replace(/^\S+ \S+ /, ''));
    if (this.#waiting.length > maxWaitingLines) this.#waiting = this.#waiting.slice(-maxWaitingLines);
  }
}

export class JournalFollow {
  readonly #followers = new Map<string, Follower>();

  since(identifiers: readonly string[]): readonly string[] {
    const key = [...identifiers].sort().join('\n');
    let follower = this.#followers.get(key);
    if (follower === undefined) {
      follower = new Follower(identifiers);
      this.#followers.set(key, follower);
    }
    return follower.take();
  }

  dispose(): void {
    for (const follower of this.#followers.values()) follower.dispose();
    this.#followers.clear();
  }
}
