/** The script that lets a new server join HAProxy drained, run by the real /bin/sh and awk on captured state. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseServersState } from '../../common/roles/edge/servers-state.ts';
import { runCommandOrThrow } from '../support/run-command.ts';

const root = new URL('../../', import.meta.url).pathname;
const script = join(root, 'assets/roles/edge/mailyard-server-state');
const captured = readFileSync(
  join(root, 'test/fixtures/haproxy/debian-13/servers-state-drain-maint.txt'),
  'utf8',
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailyard-state-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const config = (servers: readonly string[]): string =>
  [
    'frontend smtp',
    '  default_backend smtp',
    'backend smtp',
    ...servers.map(
      (name, at) => `  server ${name} 10.99.0.${21 + at}:26 weight 100 check send-proxy-v2 # joins-drained`,
    ),
    'backend imap',
    '  server s1 10.99.0.31:143 check',
    '',
  ].join('\n');

/** What HAProxy will load after `complete`. */
async function complete(state: string | null, haproxyConfig: string): Promise<readonly string[]> {
  const [stateFile, configFile] = [join(folder, 'state'), join(folder, 'haproxy.cfg')];
  if (state !== null) writeFileSync(stateFile, state);
  writeFileSync(configFile, haproxyConfig);
  await runCommandOrThrow('/bin/sh', [script, 'complete'], {
    env: { ...process.env, STATE: stateFile, CONFIG: configFile },
  });
  const text = state === null ? '' : readFileSync(stateFile, 'utf8');
  return parseServersState(text).map((one) => `${one.backend}/${one.server} ${one.admin} ${one.weight}`);
}

describe('the kept server state of HAProxy', () => {
  it('gives a server that HAProxy never had maintenance, and leaves the others as they were', async () => {
    expect(await complete(captured, config(['m1', 'm2', 'm3']))).toEqual([
      'smtp/m1 drain 50',
      'smtp/m2 maint 100',
      'smtp/m3 maint 100',
    ]);
  });

  it('stays as it is when every server is known', async () => {
    expect(await complete(captured, config(['m1', 'm2']))).toEqual(['smtp/m1 drain 50', 'smtp/m2 maint 100']);
  });

  it('says nothing of the first servers of a backend: they have nobody to wait for', async () => {
    const [version, header] = captured.split('\n');
    expect(await complete(`${version}\n${header}\n`, config(['m1']))).toEqual([]);
  });

  it('says nothing on an edge that was never started', async () => {
    expect(await complete(null, config(['m1', 'm2']))).toEqual([]);
  });

  it('leaves servers alone that are not marked to join drained', async () => {
    expect(await complete(captured, config(['m1', 'm2']))).not.toContain('imap/s1 maint 100');
  });
});
