/*
 * Some tools come as one package a platform (`@biomejs/cli-linux-x64`, `-darwin-arm64`, ...), named as optional
 * dependencies. Where the configured registry does not carry a foreign platform's package (a partial mirror),
 * `npm install` leaves its entry out of package-lock.json, and then every later `npm ci` refuses: "Missing ...
 * from lock file" (npm 11). The entries are written here instead, from what the parent and the name tell:
 * exact version, operating system, processor, C library. There is no integrity in them, because the package
 * was never seen; npm adds it on a machine that installs it.
 */

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly [field: string]: unknown;
}

/** An optional dependency that the lockfile names but has no entry for. */
export interface MissingEntry {
  readonly parent: string;
  readonly name: string;
  readonly version: string;
}

export function missingEntries(lockfile: Lockfile): readonly MissingEntry[] {
  const missing: MissingEntry[] = [];
  for (const [parent, locked] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const nested = `${parent}/node_modules/${name}`;
      if (`node_modules/${name}` in lockfile.packages || nested in lockfile.packages) continue;
      missing.push({ parent, name, version });
    }
  }
  return missing;
}

/** The same lockfile with an entry for each platform's package that it names. */
export function completeLockfile(lockfile: Lockfile): Lockfile {
  const packages: Record<string, LockedPackage> = { ...lockfile.packages };
  for (const { parent, name, version } of missingEntries(lockfile)) {
    const platform = platformOf(name);
    if (platform === null || !/^\d+\.\d+\.\d+/.test(version)) {
      throw new Error(
        `${parent} wants ${name}@${version}, which the registry does not carry and whose platform its name ` +
          'does not tell. Run `npm install` where the registry is whole, and commit package-lock.json.',
      );
    }
    packages[`node_modules/${name}`] = {
      version,
      ...platform,
      ...(lockfile.packages[parent]?.dev === true ? { dev: true } : {}),
      optional: true,
    };
  }
  const root = packages[''];
  const rest = Object.entries(packages).filter(([path]) => path !== '');
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return {
    ...lockfile,
    packages: { ...(root === undefined ? {} : { '': root }), ...Object.fromEntries(rest) },
  };
}

export interface Platform {
  readonly cpu: readonly string[];
  readonly libc?: readonly string[];
  readonly os: readonly string[];
}

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el'];

/** `@oxlint/binding-linux-arm64-musl` -> linux, arm64, musl; null when the name tells no platform. */
export function platformOf(name: string): Platform | null {
  const words = name.split(/[/-]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (os === undefined || cpu === undefined) return null;
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return { cpu: [cpu], ...(os === 'linux' && libc ? { libc } : {}), os: [os] };
}
