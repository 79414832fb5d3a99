import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { ExecResult, VerbHost } from '../roles/host.ts';
import { declaredProvision } from './declared.ts';
import { lastLines } from './last-lines.ts';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

const packagesStateSchema = z.strictObject({
  /** Version by package; null when it is not wholly installed. */
  versions: z.record(z.string(), z.string().nullable()),
});

const policyPath = '/usr/sbin/policy-rc.d';
/** Services start when their configuration is in place, not when their package is unpacked. */
const policy = '#!/bin/sh\n# mailyard: no service starts while packages are installed\nexit 101\n';

const aptInstall: readonly string[] = [
  ...['apt-get', '-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'],
  ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
];

/**
 * Installs what the role declares, from the node's own apt sources. Resumable:
 * what a broken run left half-configured is configured first.
 */
export const packagesVerb = defineVerb({
  name: 'packages',
  input: z.strictObject({ role: roleIdSchema }),
  state: packagesStateSchema,
  detached: true,
  async observe(host, { role }) {
    const versions = await installedVersions(host, declaredProvision(role).packages);
    return { satisfied: Object.values(versions).every((version) => version !== null), state: { versions } };
  },
  async apply(host, { role }) {
    const held = await holdServices(host);
    try {
      // What lacks its dependencies cannot be configured yet; --fix-broken below brings those.
      await attempt(host, ['dpkg', '--configure', '-a', '--force-confdef', '--force-confold'], 300_000);
      await run(host, ['apt-get', '-q', 'update'], 180_000);
      // A no-op but after an install that was cut off: apt takes no other order before.
      await run(host, [...aptInstall, '--fix-broken', 'install'], 900_000);
      await run(host, [...aptInstall, 'install', '--', ...declaredProvision(role).packages], 900_000);
    } finally {
      if (held) await host.remove(policyPath);
    }
  },
});

async function installedVersions(
  host: VerbHost,
  packages: readonly string[],
): Promise<Record<string, string | null>> {
  const versions: Record<string, string | null> = Object.fromEntries(packages.map((name) => [name, null]));
  if (packages.length === 0) return versions;
  // dpkg-query exits 1 when it does not know one of them, and still tells the others.
  const shown = await host.exec(
    ['dpkg-query', '--show', '--showformat=${Package} ${db:Status-Status} ${Version}\\n', '--', ...packages],
    { timeoutMs: 20_000 },
  );
  for (const line of shown.stdout.split('\n')) {
    const [name, status, version] = line.trim().split(' ');
    if (name !== undefined && name in versions && status === 'installed') versions[name] = version ?? '';
  }
  return versions;
}

/** False when the administrator has a policy of their own: then theirs holds. */
async function holdServices(host: VerbHost): Promise<boolean> {
  const present = await host.readFile(policyPath);
  if (present !== null && present !== policy) return false;
  await host.writeFile(policyPath, policy, { mode: 0o755, owner: 'root', group: 'root' });
  return true;
}

function attempt(host: VerbHost, argv: readonly string[], timeoutMs: number): Promise<ExecResult> {
  host.output(`+ ${argv.join(' ')}`);
  return host.exec(argv, { timeoutMs, onLine: (line) => host.output(line) });
}

async function run(host: VerbHost, argv: readonly string[], timeoutMs: number): Promise<void> {
  const done = await attempt(host, argv, timeoutMs);
  if (done.code === 0) return;
  const complaints = `${done.stdout}\n${done.stderr}`
    .split('\n')
    .filter((line) => /^(E|W|Err|dpkg):? /.test(line));
  const said = complaints.length > 0 ? complaints.join('\n') : `${done.stdout}\n${done.stderr}`;
  throw new OpsError(
    'command-failed',
    `${argv[0]} ${argv.find((word) => /^(update|install|--configure)$/.test(word)) ?? ''} failed (exit ${done.code}): ` +
      `${lastLines(said, 4)} Mend that on the node and run the step again; it goes on where it stopped.`,
  );
}
