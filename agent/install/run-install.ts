import { userInfo } from 'node:os';
import { OpsError } from '../../common/model/ops-error.ts';
import { createVerbHost } from '../host/verb-host.ts';
import { readStdin } from '../verb/read-stdin.ts';
import { install, installInputSchema } from './install.ts';
import { UndoStack } from './undo-stack.ts';

/** `install`: InstallInput as JSON on stdin; progress on stdout, the reason of a failure on stderr. */
export async function runInstall(): Promise<number> {
  if (userInfo().uid !== 0) {
    process.stderr.write('The agent is installed by root.\n');
    return 77;
  }
  const caller = { operator: 'install', run: '-', step: '-', epoch: 0 };
  const host = createVerbHost(caller, (line) => process.stdout.write(`${line}\n`));
  const undo = new UndoStack(host);
  try {
    const parsed = installInputSchema.safeParse(JSON.parse(await readStdin(64 * 1024, 30_000)));
    if (!parsed.success)
      throw new OpsError(
        'bad-input',
        `What is to be installed is not understood: ${parsed.error.issues[0]?.message}`,
      );
    await install(host, undo, parsed.data);
    return 0;
  } catch (error) {
    const stuck = await undo.undoAll();
    const rest =
      stuck.length === 0
        ? 'Everything was put back as it was.'
        : `Could not be put back: ${stuck.join('; ')}.`;
    process.stderr.write(`${OpsError.from(error).message} ${rest}\n`);
    return 1;
  } finally {
    host.dispose();
  }
}
