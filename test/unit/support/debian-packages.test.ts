import { describe, expect, it } from 'vitest';
import {
  ensureDebianPackages,
  installedNames,
  isDebianLike,
  type PackageHost,
} from '../../support/debian-packages.ts';

const debian = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n';
const done = (stdout = '', code = 0) => Promise.resolve({ code, signal: null, stdout, stderr: 'no room' });

interface Machine {
  readonly host: PackageHost;
  readonly ran: string[];
  readonly said: string[];
}

function machine(options: {
  root?: boolean;
  osRelease?: string | null;
  installed?: string;
  known?: readonly string[];
  install?: readonly number[];
}): Machine {
  const ran: string[] = [];
  const said: string[] = [];
  const codes = [...(options.install ?? [0])];
  const host: PackageHost = {
    isRoot: options.root ?? true,
    osRelease: () => Promise.resolve(options.osRelease === undefined ? debian : options.osRelease),
    say: (line) => said.push(line),
    run: (program, args) => {
      if (program === 'dpkg-query') return done(options.installed ?? '', 1);
      if (program === 'apt-cache') {
        return done(options.known?.includes(args[1] ?? '') ? `${args[1]}:\n  Candidate: 1.0\n` : '');
      }
      ran.push(`${program} ${args.filter((arg) => !/^(-q|-o|DPkg.*)$/.test(arg)).join(' ')}`);
      return done('', args.includes('install') ? (codes.shift() ?? 0) : 0);
    },
  };
  return { host, ran, said };
}

describe('the Debian packages that the tests need', () => {
  it('asks apt for nothing when any alternative is installed', async () => {
    const { host, ran, said } = machine({ installed: 'xvfb ii \nlibasound2:amd64 ii \n' });
    expect(await ensureDebianPackages(['xvfb', 'libasound2t64|libasound2'], 'the UI tests', host)).toEqual(
      [],
    );
    expect([ran, said]).toEqual([[], []]);
  });

  it('installs the first alternative that apt knows, and says which in one line', async () => {
    const { host, ran, said } = machine({ installed: 'xvfb rc \n', known: ['xvfb', 'libasound2'] });
    const installed = await ensureDebianPackages(['xvfb', 'libasound2t64|libasound2'], 'the UI tests', host);
    expect(installed).toEqual(['xvfb', 'libasound2']);
    expect(ran).toEqual(['apt-get install -y --no-install-recommends xvfb libasound2']);
    expect(said).toEqual(['Installing Debian packages for the UI tests: xvfb libasound2']);
  });

  it('refreshes the lists once when the first install fails', async () => {
    const { host, ran } = machine({ known: ['xvfb'], install: [100, 0] });
    await ensureDebianPackages(['xvfb'], 'the UI tests', host);
    expect(ran.map((line) => line.split(' ')[1])).toEqual(['install', 'update', 'install']);
  });

  it('passes on what apt said when it cannot install', async () => {
    const { host } = machine({ known: ['xvfb'], install: [100, 100] });
    await expect(ensureDebianPackages(['xvfb'], 'the UI tests', host)).rejects.toThrow(/no room/);
  });

  it('names the command to type when it is not root', async () => {
    const { host, ran } = machine({ root: false, known: ['xvfb'] });
    await expect(ensureDebianPackages(['xvfb'], 'the UI tests', host)).rejects.toThrow(
      'the UI tests needs Debian packages that are not installed. Type: sudo apt-get install -y --no-install-recommends xvfb',
    );
    expect(ran).toEqual([]);
  });

  it('leaves other systems alone', async () => {
    const { host, ran } = machine({ osRelease: 'ID=fedora\n' });
    await expect(ensureDebianPackages(['xvfb'], 'the UI tests', host)).rejects.toThrow(
      /not Debian or Ubuntu/,
    );
    expect(ran).toEqual([]);
  });
});

describe('reading the machine', () => {
  it('counts a package whose configuration alone is left as not installed', () => {
    expect([...installedNames('a ii \nb rc \nc:amd64 hi \nd un \n')]).toEqual(['a', 'c']);
  });

  it.each([
    ['ID=debian\n', true],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
    ['ID=fedora\n', false],
    [null, false],
  ])('reads os-release %j as Debian-like: %s', (text, expected) => {
    expect(isDebianLike(text)).toBe(expected);
  });
});
