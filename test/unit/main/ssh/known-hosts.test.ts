import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hashName,
  judgeHostKey,
  knownHostsName,
  lineNames,
  parseKnownHosts,
  recordedTypes,
} from '../../../../main/ssh/known-hosts.ts';
import { ensureDebianPackages } from '../../../support/debian-packages.ts';

const keyA = 'AAAAC3NzaC1lZDI1NTE5AAAAILWTkk3Afd+TQgk9Lx1gQFzb1kdInS/RXNqCFudwHli9';
const keyB = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJ2y4Xx8cWm6l1p7m0B8X8l9aG3yJXqS0l1o0b2n3kT';
const salt = 'F1E1KeoE/eEWhi10WpGv4OdiO6Y=';

const verdictOf = (text: string, host: string, port = 22, key = keyA) =>
  judgeHostKey(parseKnownHosts(text, 'kh'), host, port, key);

describe('the verdict on a host key', () => {
  const cases: readonly [string, string, string, number, string][] = [
    ['takes the recorded key', `mx1 ssh-ed25519 ${keyA}`, 'mx1', 22, 'known'],
    ['finds one name of several', `mx0,mx1,10.0.0.1 ssh-ed25519 ${keyA}`, '10.0.0.1', 22, 'known'],
    ['does not mind upper case', `MX1.Example.Org ssh-ed25519 ${keyA}`, 'mx1.EXAMPLE.org', 22, 'known'],
    ['calls another key changed', `mx1 ssh-ed25519 ${keyB}`, 'mx1', 22, 'changed'],
    ['calls a host without a line unknown', `mx2 ssh-ed25519 ${keyA}`, 'mx1', 22, 'unknown'],
    ['knows an empty file as unknown', '', 'mx1', 22, 'unknown'],
    ['reads a port in brackets', `[mx1]:2222 ssh-ed25519 ${keyA}`, 'mx1', 2222, 'known'],
    ['keeps ports apart', `[mx1]:2222 ssh-ed25519 ${keyB}`, 'mx1', 2223, 'unknown'],
    ['accepts the plain name on another port', `mx1 ssh-ed25519 ${keyA}`, 'mx1', 2222, 'known'],
    [
      'does not call the plain name changed on another port',
      `mx1 ssh-ed25519 ${keyB}`,
      'mx1',
      2222,
      'unknown',
    ],
    ['reads hashed names', `${hashName('mx1', salt)} ssh-ed25519 ${keyA}`, 'mx1', 22, 'known'],
    [
      'reads hashed names with a port',
      `${hashName('[mx1]:2222', salt)} ssh-ed25519 ${keyB}`,
      'mx1',
      2222,
      'changed',
    ],
    ['reads patterns', `*.example.org ssh-ed25519 ${keyA}`, 'mx1.example.org', 22, 'known'],
    [
      'obeys a negation',
      `*.example.org,!mx1.example.org ssh-ed25519 ${keyA}`,
      'mx1.example.org',
      22,
      'unknown',
    ],
    [
      'refuses a revoked key',
      `mx1 ssh-ed25519 ${keyA}\n@revoked * ssh-ed25519 ${keyA}`,
      'mx1',
      22,
      'revoked',
    ],
    [
      'minds only revoked keys that it was shown',
      `mx1 ssh-ed25519 ${keyA}\n@revoked * ssh-ed25519 ${keyB}`,
      'mx1',
      22,
      'known',
    ],
    ['cannot use a certificate authority', `@cert-authority * ssh-ed25519 ${keyA}`, 'mx1', 22, 'unknown'],
    [
      'skips comments and broken lines',
      `# mx1 ssh-ed25519 ${keyB}\nmx1 ssh-ed25519 !!!\nmx1\n@odd mx1 ssh-ed25519 ${keyB}\nmx1 ssh-ed25519 ${keyA}`,
      'mx1',
      22,
      'known',
    ],
    ['skips a line whose type is not the key’s', `mx1 ssh-rsa ${keyB}`, 'mx1', 22, 'unknown'],
    [
      'takes one of two recorded keys',
      `mx1 ssh-ed25519 ${keyB}\nmx1 ssh-ed25519 ${keyA}`,
      'mx1',
      22,
      'known',
    ],
  ];
  it.each(cases)('%s', (_, text, host, port, expected) => {
    expect(verdictOf(text, host, port).kind).toBe(expected);
  });

  it('says that only a certificate authority vouches for a host', () => {
    const verdict = verdictOf(`@cert-authority *.example.org ssh-ed25519 ${keyB}`, 'mx1.example.org');
    expect(verdict).toMatchObject({ kind: 'unknown', authority: { line: 1 } });
  });

  it('names file and line of the key that changed', () => {
    expect(verdictOf(`\n# note\nmx1 ssh-ed25519 ${keyB}`, 'mx1')).toMatchObject({
      kind: 'changed',
      name: 'mx1',
      at: { file: 'kh', line: 3, type: 'ssh-ed25519' },
    });
  });

  it('asks a server for the types that are recorded', () => {
    const lines = parseKnownHosts(`mx1 ssh-ed25519 ${keyA}\n@revoked mx1 ssh-ed25519 ${keyB}`, 'kh');
    expect(recordedTypes(lines, 'mx1', 22)).toEqual(['ssh-ed25519']);
    expect(recordedTypes(lines, 'mx2', 22)).toEqual([]);
  });
});

describe('against the real ssh-keygen -F', () => {
  let folder = '';
  beforeAll(async () => {
    await ensureDebianPackages(['openssh-client'], 'the SSH tests');
    folder = mkdtempSync(join(tmpdir(), 'mailyard-known-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Line numbers at which ssh-keygen finds the name. */
  function keygenFinds(text: string, name: string): number[] {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, text);
    try {
      const out = execFileSync('ssh-keygen', ['-F', name, '-f', file], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return [...out.toString().matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
    } catch {
      return [];
    }
  }

  const label = fc.constantFrom('a', 'b', 'mx1', 'Mx', '*', '?', 'a*', '*b', 'a?c', 'x-y', '10', '*.*');
  const host = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'abc', 'mx1', 'MX', 'x-y', '10'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('.'));
  const port = fc.constantFrom(22, 2222, 23);
  const pattern = fc
    .tuple(
      fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      port,
      fc.boolean(),
    )
    .map(([name, number, negated]) => `${negated ? '!' : ''}${number === 22 ? name : `[${name}]:${number}`}`);
  const names = fc.oneof(
    { weight: 4, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 4 }).map((list) => list.join(',')) },
    {
      weight: 2,
      arbitrary: fc.tuple(host, port).map(([name, number]) => hashName(knownHostsName(name, number), salt)),
    },
    { weight: 1, arbitrary: fc.constantFrom('|1|broken', '|1||', '|2|a|b', ',', '!', 'a,,b', '[a', '[a]:') },
  );
  const line = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          fc.constantFrom(
            '',
            '',
            '',
            ' ',
            '\t',
            '@revoked ',
            '@cert-authority\t',
            '@odd ',
            '@revoked @revoked ',
          ),
          names,
          fc.constantFrom(' ', '\t', '  '),
        )
        .map(([mark, list, gap]) => `${mark}${list}${gap}ssh-ed25519 ${keyA}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '# a comment', '   ', 'mx1', '@revoked', '#mx1 ssh-ed25519 x'),
    },
  );

  it('finds the same lines for any file and host', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), host, port, (lines, name, number) => {
        const text = `${lines.join('\n')}\n`;
        // ssh-keygen takes the name as it is; ssh, and we, lower it first.
        const wanted = knownHostsName(name, number);
        const ours = parseKnownHosts(text, 'kh')
          .filter((parsed) => lineNames(parsed, wanted))
          .map((parsed) => parsed.line);
        expect(ours).toEqual(keygenFinds(text, wanted));
      }),
      { numRuns: 400 },
    );
  });
});
