/** From how a link's socket or connect ended to what the operator is told, and whether to try again. */
import { OpsError } from '../../common/model/ops-error.ts';
import { closeCodes } from '../../common/protocol/limits.ts';
import type { Ending } from './conversation.ts';
import type { SocketEnd } from './telemetry-socket.ts';

/** Problems that trying again does not mend: a person has to act. */
const needsPerson: ReadonlySet<string> = new Set([
  'host-key-unknown',
  'host-key-changed',
  'access-denied',
  'version-mismatch',
  'bad-input',
]);

export function connectEnding(thrown: unknown): Ending {
  const error = OpsError.from(thrown, 'unreachable');
  return { refused: needsPerson.has(error.problem), problem: error.problem, reason: error.message };
}

/** The conversation itself gave no reason: what the socket and the gate tell. */
export function socketEnding(end: SocketEnd, name: string): Ending {
  if (end.broken !== null) {
    return {
      refused: true,
      problem: 'bad-input',
      reason: `The agent of ${name} was cut off: what it sent is not the protocol (${end.broken}). Look at what runs there before you retry.`,
    };
  }
  const reason = end.reason === '' ? '' : `: ${end.reason}`;
  switch (end.code ?? 0) {
    case closeCodes.versionMismatch:
      return {
        refused: true,
        problem: 'version-mismatch',
        reason: `The agent of ${name} speaks another version${reason}.`,
      };
    case closeCodes.badFrame:
      return {
        refused: true,
        problem: 'internal',
        reason: `The agent of ${name} does not understand this console${reason}.`,
      };
    case closeCodes.goingAway:
    case 1001:
      return { refused: false, problem: 'unreachable', reason: `The agent of ${name} stopped${reason}.` };
    case closeCodes.tooSlow:
      return {
        refused: false,
        problem: 'unreachable',
        reason: `This console or the way to ${name} was too slow${reason}.`,
      };
    case closeCodes.tooMany:
      return {
        refused: false,
        problem: 'unreachable',
        reason: `${name} serves as many consoles as it may${reason}.`,
      };
  }
  if (end.outcome === null) {
    return { refused: false, problem: 'unreachable', reason: `The link to the agent of ${name} broke.` };
  }
  const said = end.outcome.stderr === '' ? '' : ` It says: ${end.outcome.stderr.slice(0, 300)}`;
  switch (end.outcome.code) {
    case null:
      return {
        refused: false,
        problem: 'unreachable',
        reason: `The SSH connection to ${name} ended.${said}`,
      };
    case 126:
      return {
        refused: true,
        problem: 'access-denied',
        reason: `${name} lets this account in, but not to its telemetry.${said} Is the account in the group mailyard-ops?`,
      };
    case 127:
      return {
        refused: false,
        problem: 'unreachable',
        reason: `There is no Mailyard agent on ${name}.${said}`,
      };
    default:
      return {
        refused: false,
        problem: 'unreachable',
        reason: `The agent of ${name} is not running or hung up (exit code ${end.outcome.code}).${said}`,
      };
  }
}
