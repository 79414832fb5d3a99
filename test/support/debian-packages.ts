import { readFile } from 'node:fs/promises';
import { type CommandResult, runCommand } from './run-command.ts';

/*
 * The Debian packages that tests, the lab and the demo need on this machine.
 *
 * A want is a package name, or alternatives from newest to oldest: 'libasound2t64|libasound2' (Debian 13 and
 * Ubuntu 24.04 renamed libraries for 64-bit time). It is met when any alternative is installed; otherwise the
 * first one that apt knows is installed.
 */

/** How this module reaches the machine; tests hand in another one. */
export interface PackageHost {
  readonly isRoot: boolean;
  readonly osRelease: () => Promise<string | null>;
  readonly run: (program: string, args: readonly string[]) => Promise<CommandResult>;
  readonly say: (line: string) => void;
}

/**
 * Makes sure the wanted packages are installed; installs the missing ones when root on Debian or Ubuntu and
 * says which in one line.
 *
 * Returns the names that were installed now (usually none).
 * Throws: Error with the command to type when they are missing and this process may not install them.
 */
export async function ensureDebianPackages(
  wants: readonly string[],
  purpose = 'the tests',
  host: PackageHost = thisMachine,
): Promise<readonly string[]> {
  if (!isDebianLike(await host.osRelease())) {
    throw new Error(
      `${purpose} needs ${wants.map(firstName).join(', ')} (Debian package names). This is not Debian or ` +
        'Ubuntu, so install the equivalents with your own package manager.',
    );
  }
  const missing = await missingPackages(wants, host);
  if (missing.length === 0) return [];
  const names = await choosePackages(missing, host);
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (!host.isRoot) {
    throw new Error(`${purpose} needs Debian packages that are not installed. Type: sudo ${command}`);
  }
  host.say(`Installing Debian packages for ${purpose}: ${names.join(' ')}`);
  const args = [...aptOptions, 'install', '-y', '--no-install-recommends', ...names];
  const first = await host.run('apt-get', args);
  if (first.code === 0) return names;
  await host.run('apt-get', [...aptOptions, 'update']);
  const second = await host.run('apt-get', args);
  if (second.code === 0) return names;
  throw new Error(
    `Could not install ${names.join(' ')} for ${purpose}; apt-get said:\n${second.stderr.trim()}\n` +
      `Mend that, then try again, or type: ${command}`,
  );
}

/** The wants of which no alternative is installed. */
export async function missingPackages(
  wants: readonly string[],
  host: PackageHost = thisMachine,
): Promise<readonly string[]> {
  const names = wants.flatMap((want) => want.split('|'));
  // dpkg-query ends with 1 when a name is unknown, and still lists the known ones.
  const { stdout } = await host.run('dpkg-query', [
    '-W',
    '-f',
    '${binary:Package} ${db:Status-Abbrev}\n',
    ...names,
  ]);
  return wantsNotIn(wants, installedNames(stdout));
}

/** Parses `dpkg-query -W -f '${binary:Package} ${db:Status-Abbrev}\n'`; `ii` and `hi` mean usable. */
export function installedNames(dpkgOutput: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of dpkgOutput.split('\n')) {
    const [name, status] = line.trim().split(/\s+/);
    if (name !== undefined && status !== undefined && /^[ih]i/.test(status))
      names.add(name.replace(/:.*/, ''));
  }
  return names;
}

export function wantsNotIn(wants: readonly string[], installed: ReadonlySet<string>): readonly string[] {
  return wants.filter((want) => !want.split('|').some((name) => installed.has(name)));
}

export function isDebianLike(osRelease: string | null): boolean {
  if (osRelease === null) return false;
  return osRelease.split('\n').some((line) => /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/.test(line));
}

async function choosePackages(wants: readonly string[], host: PackageHost): Promise<readonly string[]> {
  let unknown = await withoutCandidate(wants, host);
  if (unknown.size > 0 && host.isRoot && wants.some((want) => want.split('|').every((n) => unknown.has(n)))) {
    await host.run('apt-get', [...aptOptions, 'update']);
    unknown = await withoutCandidate(wants, host);
  }
  return wants.map((want) => want.split('|').find((name) => !unknown.has(name)) ?? firstName(want));
}

async function withoutCandidate(wants: readonly string[], host: PackageHost): Promise<ReadonlySet<string>> {
  const unknown = new Set<string>();
  for (const name of wants.flatMap((want) => want.split('|'))) {
    const { stdout } = await host.run('apt-cache', ['policy', name]);
    if (!/^\s*Candidate: (?!\(none\))/m.test(stdout)) unknown.add(name);
  }
  return unknown;
}

function firstName(want: string): string {
  return want.split('|')[0] ?? want;
}

// Another apt may be running (unattended-upgrades, a second checkout): wait for it rather than fail.
const aptOptions = ['-q', '-o', 'DPkg::Lock::Timeout=300'] as const;

const thisMachine: PackageHost = {
  isRoot: process.getuid?.() === 0,
  osRelease: () => readFile('/etc/os-release', 'utf8').catch(() => null),
  run: (program, args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
    return (program === 'apt-get' ? runCommand : runCommandOrEmpty)(program, args, { env });
  },
  say: (line) => process.stderr.write(`${line}\n`),
};

async function runCommandOrEmpty(
  ...[program, args, options]: Parameters<typeof runCommand>
): Promise<CommandResult> {
  return runCommand(program, args, options).catch(() => ({
    code: 127,
    signal: null,
    stdout: '',
    stderr: '',
  }));
}
