/** What scripts and cron can tell from the exit code. */
import { OpsError } from '../../common/model/ops-error.ts';
import type { Run } from '../../common/model/run.ts';
import { BlockedError } from '../runbooks/engine.ts';

export const exitCodes = {
  ok: 0,
  /** Something was tried and did not work; what is so is told. */
  failed: 1,
  /** The command line is not understood. */
  usage: 2,
  /** Not begun: a blocker, or another run holds the lease. */
  blocked: 3,
  /** A node did not answer. */
  unreachable: 4,
  /** A person must look: host key, login, version. */
  refused: 5,
  /** It is not known how it ended: observe again (resume), or undo. */
  unknown: 6,
  /** Stopped by the operator. */
  cancelled: 7,
} as const;

export class UsageError extends Error {}

export function exitCodeOfError(thrown: unknown): number {
  if (thrown instanceof UsageError) return exitCodes.usage;
  if (thrown instanceof BlockedError) return exitCodes.blocked;
  switch (OpsError.from(thrown).problem) {
    case 'unreachable':
    case 'timeout':
      return exitCodes.unreachable;
    case 'host-key-unknown':
    case 'host-key-changed':
    case 'access-denied':
    case 'version-mismatch':
      return exitCodes.refused;
    case 'lease-held':
      return exitCodes.blocked;
    case 'bad-input':
      return exitCodes.usage;
    default:
      return exitCodes.failed;
  }
}

export function exitCodeOfRun(run: Pick<Run, 'state'>, wanted: 'forward' | 'undo'): number {
  switch (run.state) {
    case 'succeeded':
      return wanted === 'forward' ? exitCodes.ok : exitCodes.failed;
    case 'undone':
      return wanted === 'undo' ? exitCodes.ok : exitCodes.failed;
    case 'cancelled':
      return exitCodes.cancelled;
    case 'unknown':
    case 'interrupted':
      return exitCodes.unknown;
    default:
      return exitCodes.failed;
  }
}
