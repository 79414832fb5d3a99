/**
 * Brings this version's agent in place on the node it runs on. Idempotent: what
 * is so already is left alone. Checked before it goes live (visudo, sshd -t),
 * proven after (the daemon tells its version), undone when either fails.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OpsError } from '../../common/model/ops-error.ts';
import type { VerbHost } from '../../common/roles/host.ts';
import {
  agentHealthSchema,
  agentRoot,
  agentSocket,
  agentVersionSchema,
} from '../../common/verbs/agent-version.ts';
import { rolesPath } from '../../common/verbs/node-roles.ts';
import { roleIdSchema } from '../../common/verbs/role-id-schema.ts';
import { agentVersion } from '../version.ts';
import { gatePath, programFiles, sshdFile, sudoersFile, unitFiles } from './installed-files.ts';
import { must } from './must.ts';
import { ensureAccounts, ensureOperator } from './operator-account.ts';
import type { UndoStack } from './undo-stack.ts';

export const installInputSchema = z.strictObject({
  version: agentVersionSchema,
  /** Absent in an upgrade: accounts stay as they are. */
  operator: z
    .strictObject({
      user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
      publicKey: z
        .string()
        .max(8192)
        .regex(/^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( [^\p{C}]*)?$/u),
    })
    .optional(),
  /** Absent: the roles stay as they are. */
  roles: z.array(roleIdSchema).max(16).optional(),
});
export type InstallInput = z.infer<typeof installInputSchema>;

const rootFile = { owner: 'root', group: 'root' } as const;
const healthWithinMs = 15_000;

export async function install(host: VerbHost, undo: UndoStack, input: InstallInput): Promise<void> {
  if (input.version !== agentVersion) {
    throw new OpsError('bad-input', `This bundle is version ${agentVersion}, not ${input.version}.`);
  }
  await ensureAccounts(host, undo);
  await ensureDirectories(host);
  const bundle = `${agentRoot}/versions/${agentVersion}/mailyard-agent.cjs`;
  const own = await readFile(process.argv[1]!, 'utf8');
  let changed = await undo.writeFile({ path: bundle, content: own, mode: 0o644 });
  for (const file of programFiles) await undo.writeFile(file);
  if (input.roles !== undefined) {
    await undo.writeFile({
      path: rolesPath,
      content: `${JSON.stringify({ roles: input.roles })}\n`,
      mode: 0o644,
    });
  }
  await installSudoers(host, undo);
  if (input.operator !== undefined)
    await ensureOperator(host, undo, input.operator.user, input.operator.publicKey);
  await installSshd(host, undo, input.operator?.user ?? null);

  // Undone last of these three and so run after files and link are back.
  undo.push('the daemon', () => settleDaemon(host));
  for (const file of unitFiles) if (await undo.writeFile(file)) changed = true;
  if (await undo.link(`${agentRoot}/current`, `versions/${agentVersion}`)) changed = true;
  await startDaemon(host, changed);
  await awaitHealth(host);
}

async function ensureDirectories(host: VerbHost): Promise<void> {
  await host.makeDirectory(agentRoot, { ...rootFile, mode: 0o755 });
  await host.makeDirectory('/etc/mailyard', { ...rootFile, mode: 0o755 });
  await host.makeDirectory('/var/lib/mailyard', { ...rootFile, mode: 0o755 });
  await host.makeDirectory('/var/lib/mailyard/jobs', { ...rootFile, mode: 0o700 });
  await host.makeDirectory('/var/lib/mailyard/kept', { ...rootFile, mode: 0o700 });
  // The gate is closed without it; never set back.
  if ((await host.stat('/var/lib/mailyard/epoch')) === null) {
    await host.writeFile('/var/lib/mailyard/epoch', '0\n', { ...rootFile, mode: 0o600 });
  }
}

/** sudo refuses everything when one of its files is broken: checked aside first, as a whole afterwards. */
async function installSudoers(host: VerbHost, undo: UndoStack): Promise<void> {
  const aside = '/var/lib/mailyard/sudoers.new';
  await host.writeFile(aside, sudoersFile.content, { ...rootFile, mode: 0o440 });
  try {
    await must(host, ['visudo', '--check', '--quiet', `--file=${aside}`]);
  } finally {
    await host.remove(aside);
  }
  if (await undo.writeFile(sudoersFile)) await must(host, ['visudo', '--check', '--quiet']);
}

/** Broken sshd configuration locks everyone out: nothing is reloaded that sshd has not accepted. */
async function installSshd(host: VerbHost, undo: UndoStack, operator: string | null): Promise<void> {
  await host.makeDirectory('/run/sshd', { ...rootFile, mode: 0o755 });
  await must(host, ['/usr/sbin/sshd', '-t']);
  let written = false;
  // Pushed before the file's own undo, so that it runs after it.
  undo.push('sshd', async () => {
    if (written) await must(host, ['systemctl', 'try-reload-or-restart', 'ssh.service']);
  });
  written = await undo.writeFile(sshdFile);
  await must(host, ['/usr/sbin/sshd', '-t']);
  if (operator !== null) {
    const effective = await must(host, [
      '/usr/sbin/sshd',
      '-T',
      '-C',
      `user=${operator},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22`,
    ]);
    if (!effective.toLowerCase().includes(`forcecommand ${gatePath}`)) {
      throw new OpsError(
        'command-failed',
        'sshd does not read /etc/ssh/sshd_config.d: add "Include /etc/ssh/sshd_config.d/*.conf" as first line of /etc/ssh/sshd_config.',
      );
    }
  }
  if (written) await must(host, ['systemctl', 'try-reload-or-restart', 'ssh.service']);
}

async function startDaemon(host: VerbHost, changed: boolean): Promise<void> {
  await must(host, ['systemctl', 'daemon-reload']);
  await must(host, ['systemctl', 'enable', '--quiet', 'mailyard-agent.socket', 'mailyard-agent.service']);
  // A version that kept crashing has used up systemd's starts (five in ten seconds); the next one is not to blame.
  // It says no where a unit is not loaded yet: nothing to reset then.
  await host.exec(['systemctl', 'reset-failed', 'mailyard-agent.socket', 'mailyard-agent.service']);
  if (changed) {
    // The socket belongs to the service that uses it: it can only be changed while that is stopped.
    await must(host, ['systemctl', 'stop', 'mailyard-agent.service']);
    await must(host, ['systemctl', 'restart', 'mailyard-agent.socket']);
  }
  await must(host, ['systemctl', 'start', 'mailyard-agent.socket', 'mailyard-agent.service']);
}

/** After undo: the version before runs again, or, where there was none, nothing does. */
async function settleDaemon(host: VerbHost): Promise<void> {
  await host.exec(['systemctl', 'stop', 'mailyard-agent.service', 'mailyard-agent.socket'], {
    timeoutMs: 30_000,
  });
  const before = await host.stat(`${agentRoot}/current/mailyard-agent.cjs`);
  if (before === null) {
    await host.exec(['systemctl', 'disable', '--quiet', 'mailyard-agent.socket', 'mailyard-agent.service']);
    await must(host, ['systemctl', 'daemon-reload']);
  } else await startDaemon(host, true);
}

async function awaitHealth(host: VerbHost): Promise<void> {
  const untilMs = performance.now() + healthWithinMs;
  let last = 'it does not answer';
  while (performance.now() < untilMs) {
    try {
      const answer = await host.httpGet(agentSocket, '/health', 2000);
      const health = agentHealthSchema.parse(JSON.parse(answer.body));
      if (health.version === agentVersion && health.sampledAtMs > 0) {
        host.output(`agent ${health.version} is up and samples`);
        return;
      }
      last = `it says it is version ${health.version}, last sampled at ${health.sampledAtMs}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (await keepsCrashing(host)) {
      last = 'it ends as soon as it is started';
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const log = await host.exec(
    ['journalctl', '--no-pager', '--quiet', '--lines=5', '--output=cat', '--unit=mailyard-agent.service'],
    { timeoutMs: 5000 },
  );
  throw new OpsError(
    'command-failed',
    `The agent did not come up: ${last}. Its log: ${log.stdout.trim().replaceAll('\n', ' | ')}`,
  );
}

/** systemd has started it anew twice since we did: waiting longer shows nothing new. */
async function keepsCrashing(host: VerbHost): Promise<boolean> {
  const shown = await host.exec(['systemctl', 'show', '--property=NRestarts', 'mailyard-agent.service'], {
    timeoutMs: 5000,
  });
  return Number(/^NRestarts=(\d+)/m.exec(shown.stdout)?.[1]) >= 2;
}
