import { describe, expect, it } from 'vitest';
import { OpsError } from '../../../common/model/ops-error.ts';
import { readCommandLine } from '../../../main/cli/command-line.ts';
import { exitCodeOfError, exitCodeOfRun, exitCodes, UsageError } from '../../../main/cli/exit-codes.ts';
import { textTable } from '../../../main/cli/text-table.ts';
import { BlockedError } from '../../../main/runbooks/engine.ts';

const read = (...argv: string[]) => readCommandLine(argv, {});

describe('the command line', () => {
  it('reads what a runbook needs', () => {
    expect(
      read('run', 'drain', 'mx1', '--override', 'a', '--override=b', '--fleet', 'f.yaml').command,
    ).toEqual({
      name: 'run',
      planned: { runbook: 'drain', nodeId: 'mx1', clusterId: null },
      overrides: ['a', 'b'],
    });
    expect(read('plan', 'switchover', 'edge').command).toEqual({
      name: 'plan',
      planned: { runbook: 'switchover', clusterId: 'edge' },
    });
  });

  it('takes the fleet file from the option, else from the environment', () => {
    expect(readCommandLine(['runs', '--fleet', 'a'], { MAILYARD_FLEET: 'b' }).fleetFile).toBe('a');
    expect(readCommandLine(['runs'], { MAILYARD_FLEET: 'b' }).fleetFile).toBe('b');
    expect(read('runs').fleetFile).toBeNull();
  });

  it('reads a new server with its login', () => {
    expect(
      read('add-server', 'mx3', '10.0.0.3', '--cluster', 'mx', '--root-key', 'k', '--port', '2222').command,
    ).toMatchObject({
      ...{ name: 'add-server', nodeId: 'mx3', address: '10.0.0.3', port: 2222, clusterId: 'mx' },
      login: { rootKey: 'k', passwordStdin: false, user: 'root', acceptHostKey: null },
    });
  });

  it.each([
    [['drain', 'mx1'], 'not a command'],
    [['run', 'failover', 'mx1'], 'not a runbook'],
    [['run', 'drain'], 'Missing'],
    [['run', 'drain', 'mx1', 'mx2'], 'one word too many'],
    [['runs', '--jsno'], 'not an option'],
    [['runs', '--fleet'], 'needs a value'],
    [['runs', '--fleet', 'a', '--fleet', 'b'], 'given twice'],
    [['provision'], '--all'],
    [['add-server', 'mx3', '10.0.0.3'], '--cluster'],
    [['add-server', 'mx3', '10.0.0.3', '--cluster', 'mx', '--port', '0'], 'not a port'],
    [['add-server', 'a', 'b', '--cluster', 'mx', '--accept-host-key', 'yes'], 'fingerprint'],
    [['add-server', 'a', 'b', '--cluster', 'mx', '--root-key', 'k', '--password-stdin'], 'not both'],
  ])('refuses %j and says what is wrong', (argv, words) => {
    expect(() => read(...argv)).toThrow(UsageError);
    expect(() => read(...argv)).toThrow(words);
  });

  it('never takes a password as an argument', () => {
    expect(() => read('add-server', 'a', 'b', '--password=secret')).toThrow('can be read by everybody');
    expect(() => read('add-server', 'a', 'b', '--password', 'secret')).toThrow('--password-stdin');
  });
});

describe('the exit code', () => {
  it.each([
    [new UsageError('x'), exitCodes.usage],
    [new BlockedError('x', []), exitCodes.blocked],
    [new OpsError('lease-held', 'x'), exitCodes.blocked],
    [new OpsError('unreachable', 'x'), exitCodes.unreachable],
    [new OpsError('host-key-changed', 'x'), exitCodes.refused],
    [new OpsError('access-denied', 'x'), exitCodes.refused],
    [new Error('x'), exitCodes.failed],
  ])('tells %s apart', (error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });

  it('says unknown for what is not known, and ok only for what was wanted', () => {
    expect(exitCodeOfRun({ state: 'succeeded' }, 'forward')).toBe(exitCodes.ok);
    expect(exitCodeOfRun({ state: 'undone' }, 'undo')).toBe(exitCodes.ok);
    expect(exitCodeOfRun({ state: 'undone' }, 'forward')).toBe(exitCodes.failed);
    expect(exitCodeOfRun({ state: 'unknown' }, 'forward')).toBe(exitCodes.unknown);
    expect(exitCodeOfRun({ state: 'cancelled' }, 'forward')).toBe(exitCodes.cancelled);
  });
});

it('a table lines its columns up and lets the last one run', () => {
  expect(
    textTable(
      ['A', 'B'],
      [
        ['long cell', 'x'],
        ['y', 'a longer cell'],
      ],
    ),
  ).toBe('A          B\nlong cell  x\ny          a longer cell');
});
