/**
 * Where Debian packages come from: what the host's own apt uses. This
 * repository names no mirror; a host that is not Debian gets mmdebstrap's default.
 */
import { runCommand } from './run-command.ts';

export interface AptMirror {
  /** One-line sources for a suite; null: let mmdebstrap choose. */
  readonly sources: (suite: string) => readonly string[] | null;
  /** The host's own HTTP proxy for apt, to be used by our cache in turn. */
  readonly upstreamProxy: string | null;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export async function findAptMirror(): Promise<AptMirror> {
  const targets = await runCommand([
    'apt-get',
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Created-By: Packages',
  ]);
  const dump = await runCommand(['apt-config', 'dump', '--format', '%f %v%n', 'Acquire::http::Proxy']);
  const proxy = /^Acquire::http::Proxy (http:\S+)$/m.exec(dump.stdout)?.[1] ?? null;
  const { archive, security } = chooseRepositories(targets.stdout);
  return {
    upstreamProxy: proxy === null ? null : proxy.replace(/\/$/, ''),
    sources: (suite) => {
      if (!archive) return null;
      const from = (uri: string, name: string): string => `deb [signed-by=${keyring}] ${uri} ${name} main`;
      const lines = [from(archive, suite), from(archive, `${suite}-updates`)];
      if (security) lines.push(from(security, `${suite}-security`));
      return lines;
    },
  };
}

/**
 * Picks Debian's archive and its security archive from apt's own index list
 * (lines of `URI suite component`). An https mirror is asked in
 * apt-cacher-ng's way of writing it, so that its packages can be kept too.
 */
export function chooseRepositories(listing: string): { archive: string | null; security: string | null } {
  let archive: string | null = null;
  let security: string | null = null;
  for (const line of listing.split('\n')) {
    const [uri, suite, component] = line.trim().split(/\s+/);
    if (!uri || !suite || component !== 'main' || !/^https?:/.test(uri) || /ubuntu/i.test(uri)) continue;
    const address = uri.replace(/\/$/, '').replace(/^https:\/\//, 'http://HTTPS///');
    if (/^(bullseye|bookworm|trixie|forky|sid|stable|testing|oldstable)-security/.test(suite))
      security ??= address;
    else if (/^(bullseye|bookworm|trixie|forky|sid|stable|testing|oldstable)$/.test(suite))
      archive ??= address;
  }
  return { archive, security };
}
