/** Runs as the journal knows them, of this process and of others; folded once for each change of a file. */
import type { Run, RunSummary } from '../../common/model/run.ts';
import type { JournalStore } from './journal.ts';
import type { Leases } from './lease.ts';
import { foldRun, type RunMemory, runView, summaryOf } from './run-memory.ts';

interface Kept {
  readonly stamp: string;
  readonly memory: RunMemory | null;
}

/** Runs that screens list; older ones stay on disk. */
const runsListed = 200;
/** The list is asked for with every picture; the disk need not be. */
const lookEveryMs = 500;

export class RunArchive {
  private readonly journals: JournalStore;
  private readonly leases: Leases;
  private readonly kept = new Map<string, Kept>();
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private cached: readonly RunSummary[] = [];

  constructor(journals: JournalStore, leases: Leases) {
    this.journals = journals;
    this.leases = leases;
  }

  /** Throws as JournalStore.read does. */
  load(runId: string): { readonly memory: RunMemory } {
    return { memory: foldRun(this.journals.read(runId)) };
  }

  /** A journal was written that the next list must show. */
  invalidate(): void {
    this.lookedAtMs = Number.NEGATIVE_INFINITY;
  }

  view(runId: string): Run {
    this.refresh();
    const { memory } = this.load(runId);
    return this.toView(memory, this.aliveEpochs());
  }

  /** Newest first; damaged journals are left out. */
  summaries(): readonly RunSummary[] {
    if (performance.now() - this.lookedAtMs >= lookEveryMs) this.refresh();
    return this.cached;
  }

  private refresh(): void {
    this.lookedAtMs = performance.now();
    const listed = this.journals.list().slice(0, runsListed);
    for (const { runId, stamp } of listed) {
      if (this.kept.get(runId)?.stamp === stamp) continue;
      let memory: RunMemory | null = null;
      try {
        memory = foldRun(this.journals.read(runId));
      } catch {
        // Shown when it is asked for by name; a list of all others is worth more than an error.
      }
      this.kept.set(runId, { stamp, memory });
    }
    const alive = this.aliveEpochs();
    this.cached = listed.flatMap(({ runId }) => {
      const memory = this.kept.get(runId)?.memory;
      return memory ? [summaryOf(this.toView(memory, alive))] : [];
    });
  }

  private toView(memory: RunMemory, alive: ReadonlySet<number>): Run {
    return runView(memory, {
      alive: !memory.ended && alive.has(memory.epoch) ? 'elsewhere' : null,
      cancelling: memory.cancelAsked,
      superseded: this.superseded(memory),
    });
  }

  /** Epochs of leases that are held: no two leases share one, several runs may share a lease. */
  private aliveEpochs(): ReadonlySet<number> {
    return new Set(this.leases.holders().map((holder) => holder.epoch));
  }

  private superseded({ started }: RunMemory): boolean {
    for (const { memory } of this.kept.values()) {
      const other = memory?.started;
      if (
        other &&
        other.at > started.at &&
        other.clusterId === started.clusterId &&
        other.nodeId === started.nodeId
      ) {
        return true;
      }
    }
    return false;
  }
}
