/**
 * Puts a role's configuration in place: stage, check, keep, swap.
 *
 * The console rendered the files. Here they are staged in a directory that
 * mirrors /, together with the role's files that are not being changed; the
 * program's own checker looks at the staged ones; what was there is kept for
 * undo; then each file is swapped atomically. When anything fails the node is
 * as it was before.
 */
import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { VerbHost } from '../roles/host.ts';
import type { RoleFile } from '../roles/role.ts';
import { declaredProvision } from './declared.ts';
import { keep, keptContent, keptIndex, putBack } from './kept-files.ts';
import { lastLines } from './last-lines.ts';
import { roleIdSchema } from './role-id-schema.ts';
import { defineVerb } from './verb.ts';

const path = z
  .string()
  .max(256)
  .regex(/^\/[A-Za-z0-9._/-]+$/)
  .refine((text) => !text.includes('..'));

const configStateSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      path: z.string(),
      /** Of what is there now; null when it is absent. */
      sha256: z.string().nullable(),
      /** Content, owner, group and mode are as wanted. */
      same: z.boolean(),
    }),
  ),
});

const configInput = z.strictObject({
  role: roleIdSchema,
  files: z
    .array(z.strictObject({ path, content: z.string().max(1024 * 1024) }))
    .min(1)
    .max(64),
});
type ConfigInput = z.infer<typeof configInput>;

export const configVerb = defineVerb({
  name: 'config',
  input: configInput,
  state: configStateSchema,
  detached: false,
  secretFields: ['files'],
  async observe(host, input) {
    const declared = declaredFiles(input);
    const hashes = await sha256(
      host,
      input.files.map((file) => file.path),
    );
    const files = [];
    for (const [at, file] of input.files.entries()) {
      const same = await isAsWanted(host, declared[at]!, file.content);
      files.push({ path: file.path, sha256: hashes.get(file.path) ?? null, same });
    }
    return { satisfied: files.every((file) => file.same), state: { files } };
  },
  async apply(host, input) {
    const declared = declaredFiles(input);
    await checkStaged(host, input);
    await keep(
      host,
      host.caller.run,
      input.role,
      input.files.map((file) => file.path),
    );
    const swapped: string[] = [];
    try {
      for (const [at, file] of input.files.entries()) {
        swapped.push(file.path);
        await host.writeFile(file.path, file.content, declared[at]!);
        host.output(`wrote ${file.path}`);
      }
      await reloadUnits(host, swapped);
    } catch (error) {
      const index = await keptIndex(host, host.caller.run);
      for (const file of index.files)
        if (swapped.includes(file.path)) await putBack(host, host.caller.run, file);
      throw new OpsError(
        'command-failed',
        `${swapped.at(-1)} could not be written (${OpsError.from(error).message}); the files are as they were.`,
        error,
      );
    }
  },
});

/** Puts back everything that a run's `config` replaced on this node. */
export const configRestoreVerb = defineVerb({
  name: 'config-restore',
  input: z.strictObject({ run: z.string().regex(/^[A-Za-z0-9_.:@-]{1,100}$/) }),
  state: configStateSchema,
  detached: false,
  async observe(host, { run }) {
    const index = await keptIndex(host, run);
    const hashes = await sha256(
      host,
      index.files.map((file) => file.path),
    );
    const files = [];
    for (const file of index.files) {
      const [now, kept] = [await host.readBytes(file.path), await keptContent(host, run, file)];
      const same = now === null || kept === null ? now === kept : sameBytes(now, kept);
      files.push({ path: file.path, sha256: hashes.get(file.path) ?? null, same });
    }
    return { satisfied: files.every((file) => file.same), state: { files } };
  },
  async apply(host, { run }) {
    for (const file of (await keptIndex(host, run)).files) {
      await putBack(host, run, file);
      host.output(`put back ${file.path}`);
    }
    await reloadUnits(
      host,
      (await keptIndex(host, run)).files.map((file) => file.path),
    );
  },
});

/** systemd reads unit files and drop-ins only when told to. */
async function reloadUnits(host: VerbHost, changed: readonly string[]): Promise<void> {
  if (!changed.some((file) => file.startsWith('/etc/systemd/'))) return;
  await host.exec(['systemctl', '--no-ask-password', 'daemon-reload'], { timeoutMs: 60_000 });
}

/** The role's declaration of each file; a file that it does not declare is refused. */
function declaredFiles(input: ConfigInput): readonly RoleFile[] {
  const { files } = declaredProvision(input.role);
  return input.files.map(({ path: wanted }) => {
    const declared = files.find((file) => file.path === wanted);
    if (declared === undefined) {
      throw new OpsError('bad-input', `${wanted} is not a configuration file of the role ${input.role}.`);
    }
    return declared;
  });
}

async function isAsWanted(host: VerbHost, declared: RoleFile, content: string): Promise<boolean> {
  const stat = await host.stat(declared.path);
  if (stat === null || (stat.mode & 0o7777) !== declared.mode) return false;
  const [user, group] = [
    await numericId(host, 'passwd', declared.owner),
    await numericId(host, 'group', declared.group),
  ];
  if (stat.uid !== user || stat.gid !== group) return false;
  return (await host.readFile(declared.path)) === content;
}

/** null: no such user or group yet. */
async function numericId(host: VerbHost, file: 'passwd' | 'group', name: string): Promise<number | null> {
  const lines = ((await host.readFile(`/etc/${file}`)) ?? '').split('\n');
  const found = lines.find((line) => line.startsWith(`${name}:`));
  return found === undefined ? null : Number(found.split(':')[2]);
}

async function checkStaged(host: VerbHost, input: ConfigInput): Promise<void> {
  const provision = declaredProvision(input.role);
  const stage = `/var/lib/mailyard/stage/${host.caller.run}-${host.caller.step}`.replace(
    /[^A-Za-z0-9_/.-]/g,
    '-',
  );
  await host.remove(stage);
  await host.makeDirectory(stage, { mode: 0o700, owner: 'root', group: 'root' });
  try {
    for (const file of provision.files) {
      const changed = input.files.find(({ path: wanted }) => wanted === file.path);
      const content = changed?.content ?? (await host.readBytes(file.path));
      if (content !== null) await host.writeFile(`${stage}${file.path}`, content, file);
    }
    for (const check of provision.checks) {
      const argv = check.argv.map((word) => word.replaceAll('{stage}', stage));
      const checked = await host.exec(argv, { timeoutMs: 60_000 });
      if (checked.code === 0) {
        host.output(`${argv[0]} accepts the new configuration`);
        continue;
      }
      const said = lastLines(`${checked.stdout}\n${checked.stderr}`, 6).replaceAll(stage, '');
      throw new OpsError(
        'command-failed',
        `${argv[0]} rejects the new configuration; nothing was changed. It says: ${said}`,
      );
    }
  } finally {
    await host.remove(stage);
  }
}

async function sha256(host: VerbHost, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (paths.length === 0) return found;
  // Absent files are complained about on stderr and are left out.
  const sums = await host.exec(['sha256sum', '--', ...paths], { timeoutMs: 20_000 });
  for (const line of sums.stdout.split('\n')) {
    const [, hash, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (hash !== undefined && file !== undefined) found.set(file, hash);
  }
  return found;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
