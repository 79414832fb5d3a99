/**
 * Hands a verb to a transient systemd unit, so that it outlives the SSH
 * connection, the console and its operator. The unit's name is the mutex: the
 * same step of the same run never runs twice at once; asked again while it
 * runs, the answer is the same job.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbRequest } from '../../common/verbs/verb.ts';
import { jobName, jobsDirectory, jobUnit } from '../../common/verbs/verb-request.ts';
import { runCommand } from '../host/run-command.ts';

/** Longest a detached verb may take. Unit: s. */
const maxRuntimeSeconds = 1800;

export async function detachVerb(verb: string, request: VerbRequest): Promise<string> {
  const job = jobName(request.run, request.step);
  const unit = jobUnit(job);
  if (await isRunning(unit)) return job;
  // RemainAfterExit keeps a finished unit so that its name still guards; it is done with, and tried anew.
  await runCommand(['systemctl', 'stop', '--', unit], { timeoutMs: 30_000 });
  await runCommand(['systemctl', 'reset-failed', '--', unit], { timeoutMs: 10_000 });

  const directory = `${jobsDirectory}/${job}`;
  const fresh = `${directory}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  await writeFile(`${fresh}/request.json`, JSON.stringify({ verb, request }), { mode: 0o600 });
  await rm(directory, { recursive: true, force: true });
  await rename(fresh, directory);

  const started = await runCommand(
    [
      'systemd-run',
      '--quiet',
      '--no-ask-password',
      `--unit=${unit}`,
      '--slice=mailyard-steps.slice',
      '--expand-environment=no',
      `--description=Mailyard: ${verb} for ${request.operator.replaceAll(/[^\w .@-]/g, '_')}`,
      '--property=Type=exec',
      '--property=RemainAfterExit=yes',
      '--property=KillMode=control-group',
      '--property=TimeoutStopSec=20',
      `--property=RuntimeMaxSec=${maxRuntimeSeconds}`,
      '--property=StandardInput=null',
      `--property=StandardOutput=append:${directory}/out`,
      `--property=StandardError=append:${directory}/out`,
      '--',
      process.execPath,
      process.argv[1]!,
      'job',
      directory,
    ],
    { timeoutMs: 30_000 },
  );
  if (started.code !== 0) {
    throw new OpsError(
      'command-failed',
      `The node's systemd did not start the step: ${started.stderr.trim()}`,
    );
  }
  return job;
}

async function isRunning(unit: string): Promise<boolean> {
  const shown = await runCommand(['systemctl', 'show', '--property=ActiveState,SubState', '--', unit], {
    timeoutMs: 10_000,
  });
  return (
    /^ActiveState=(active|activating|deactivating)$/m.test(shown.stdout) &&
    !/^SubState=exited$/m.test(shown.stdout)
  );
}
