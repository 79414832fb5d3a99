/**
 * States of systemd units without asking once a second: one `systemctl show`
 * for all that were ever asked for, at most every five seconds, or sooner when
 * systemd's own marker of a unit (/run/systemd/units) came or went.
 */
import { readlinkSync } from 'node:fs';
import type { ExecResult, UnitStatus } from '../../common/roles/host.ts';

const maxAgeMs = 5000;
const leastGapMs = 500;

export class UnitWatch {
  readonly #run: (argv: readonly string[]) => Promise<ExecResult>;
  readonly #wanted = new Set<string>();
  #known: ReadonlyMap<string, UnitStatus> = new Map();
  #markers = '';
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(run: (argv: readonly string[]) => Promise<ExecResult>) {
    this.#run = run;
  }

  async states(names: readonly string[]): Promise<ReadonlyMap<string, UnitStatus>> {
    const unseen = names.some((name) => !this.#wanted.has(name));
    for (const name of names) this.#wanted.add(name);
    const ageMs = performance.now() - this.#askedAtMs;
    const markers = this.#currentMarkers();
    if (unseen || ageMs > maxAgeMs || (markers !== this.#markers && ageMs > leastGapMs)) {
      this.#markers = markers;
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null;
      });
      await this.#asking;
    }
    return new Map([...this.#known].filter(([name]) => names.includes(name)));
  }

  /** systemd links /run/systemd/units/invocation:UNIT to the id of its current start. */
  #currentMarkers(): string {
    return [...this.#wanted].map(invocation).join();
  }

  async #ask(): Promise<void> {
    this.#askedAtMs = performance.now();
    try {
      const shown = await this.#run([
        'systemctl',
        'show',
        '--timestamp=unix',
        '--property=Id,ActiveState,SubState,StateChangeTimestamp',
        '--',
        ...this.#wanted,
      ]);
      if (shown.code === 0) this.#known = parseSystemctlShow(shown.stdout, [...this.#wanted]);
    } catch {
      // Not told is not stopped: what was known grows old and is dropped.
      this.#known = new Map();
    }
  }
}

/** Blocks come in the order asked for, so that an alias is found under the name that was asked. */
export function parseSystemctlShow(text: string, asked: readonly string[]): ReadonlyMap<string, UnitStatus> {
  const found = new Map<string, UnitStatus>();
  for (const [at, block] of text.trim().split(/\n\n/).entries()) {
    const property = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const name = asked[at] ?? property('Id');
    const since = /^@(\d+)/.exec(property('StateChangeTimestamp'))?.[1];
    found.set(name, {
      activeState: property('ActiveState') || 'unknown',
      subState: property('SubState') || 'unknown',
      sinceMs: since === undefined ? null : Number(since) * 1000,
    });
  }
  return found;
}

function invocation(unit: string): string {
  try {
    return readlinkSync(`/run/systemd/units/invocation:${unit}`);
  } catch {
    return '';
  }
}
