/** A bare server becomes a serving mx through the command line, under mail; and what one reads when it cannot. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, forgetHostKey, freeName, openCli } from '../support/cluster/cli.ts';
import { bringUpSpine, type Spine } from '../support/cluster/spine.ts';
import { underMail } from '../support/cluster/under-mail.ts';

let spine: Spine;
let cli: Cli;
let password = '';
const made: string[] = [];

beforeAll(async () => {
  spine = await bringUpSpine({ say: () => undefined });
  cli = openCli(spine);
  password = (await readFile(spine.lab.status().ssh.passwordFile, 'utf8')).trim();
}, 600_000);

afterEach(async () => {
  for (const name of made.splice(0)) await spine.lab.remove(name);
});

async function bare(name: string, options: { debian?: 12 | 13; disk?: string } = {}): Promise<string> {
  const left = spine.lab.status().nodes.some((node) => node.name === name);
  if (left) await spine.lab.remove(name);
  made.push(name);
  const { address } = await spine.lab.bare(name, options);
  await forgetHostKey(spine, address);
  return address;
}

function add(name: string, address: string, secret: string, ...more: string[]) {
  return cli.run(
    ['add-server', name, address, '--cluster', 'mx', '--password-stdin', ...more],
    `${secret}\n`,
  );
}

/** The fingerprint as the server's own console prints it. */
async function fingerprintOf(name: string): Promise<string> {
  const said = await spine.lab.mustExec(name, ['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub']);
  const found = /SHA256:\S+/.exec(said)?.[0];
  if (!found) throw new Error(`no fingerprint in ${said}`);
  return found;
}

/** Nothing of us is on it, and the fleet does not know it. */
async function expectUntouched(name: string): Promise<void> {
  expect((await spine.lab.exec(name, ['test', '-e', '/usr/lib/mailyard'])).code).toBe(1);
  expect(await readFile(spine.fleetFile, 'utf8')).not.toContain(`${name}:`);
}

describe('adding a server through the command line', () => {
  it('shows an unknown host key and sends nothing until that very key is accepted', async () => {
    const address = await bare('cli-key');
    const shown = await add('cli-key', address, password);
    expect(shown.code, shown.err).toBe(5);
    expect(shown.err).toContain(await fingerprintOf('cli-key'));
    const other = await add('cli-key', address, password, '--accept-host-key', `SHA256:${'A'.repeat(43)}`);
    expect(other.code, other.err).toBe(2);
    expect(other.err).toContain('Nothing was accepted');
    const log = await spine.lab.mustExec('cli-key', ['journalctl', '--unit=ssh.service', '--output=cat']);
    expect(log).not.toMatch(/Failed password|Accepted/);
    await expectUntouched('cli-key');
  });

  it('says so when the password is wrong, and when the host key has changed since', async () => {
    const address = await bare('cli-login');
    const accept = ['--accept-host-key', await fingerprintOf('cli-login')];
    const wrong = await add('cli-login', address, 'not the password', ...accept);
    expect(wrong.code, wrong.err).toBe(5);
    expect(wrong.err).toContain('does not let root in');
    expect(wrong.err + wrong.out).not.toContain('not the password');
    await spine.lab.changeHostKey('cli-login');
    const changed = await add('cli-login', address, password);
    expect(changed.code, changed.err).toBe(5);
    expect(changed.err).toContain('ssh-keygen -f');
    await expectUntouched('cli-login');
  });

  it('refuses a Debian 12 and says why', async () => {
    const address = await bare('cli-old', { debian: 12 });
    const refused = await add(
      'cli-old',
      address,
      password,
      '--accept-host-key',
      await fingerprintOf('cli-old'),
    );
    expect(refused.code, refused.err).toBe(3);
    expect(refused.err).toMatch(/Debian release: .*12.*needs Debian 13/);
    await expectUntouched('cli-old');
  });

  it('refuses a disk that is too small and says what would mend it', async () => {
    const address = await bare('cli-full', { disk: '300M' });
    const refused = await add(
      'cli-full',
      address,
      password,
      '--accept-host-key',
      await fingerprintOf('cli-full'),
    );
    expect(refused.code, refused.err).toBe(3);
    expect(refused.err).toMatch(/Free space on \/: \d+ MiB, needs \d+/);
    await expectUntouched('cli-full');
  });

  it('stops where a package cannot be installed, goes on after the mend, and the server serves; no mail is lost', async () => {
    const name = await freeName(spine, 'mx-cli');
    const address = await bare(name);
    // Nobody takes this one away: it serves in the fleet from now on.
    made.splice(0);
    const { mail } = await underMail(spine, async () => {
      // dpkg fails as soon as rspamd is unpacked: some packages are there, none of them is configured.
      await spine.lab.mustExec(name, [
        'sh',
        '-c',
        'echo "post-invoke=test ! -e /usr/bin/rspamd" > /etc/dpkg/dpkg.cfg.d/broken',
      ]);
      const failed = await add(name, address, password, '--accept-host-key', await fingerprintOf(name));
      expect(failed.code, failed.err).toBe(1);
      expect(failed.out).toContain('[FAILED] Install the packages');
      expect(failed.out).toMatch(/may: resume, undo/);
      expect(await readFile(spine.fleetFile, 'utf8')).not.toContain(`${name}:`);

      await spine.lab.mustExec(name, ['rm', '/etc/dpkg/dpkg.cfg.d/broken']);
      const resumed = await cli.run(['resume', 'last']);
      expect(resumed.code, resumed.err).toBe(0);
      const node = await cli.run(['node', name, '--json']);
      // It serves; a busy machine may have let rspamd miss a message, which it then says.
      expect(['healthy', 'degraded'], node.out).toContain(
        (JSON.parse(node.out) as { node: { state: string } }).node.state,
      );
    });
    expect(mail.accepted).toBeGreaterThan(10);
    expect(mail.lost).toEqual([]);
    expect(mail.duplicated).toEqual([]);
    expect(await readFile(spine.fleetFile, 'utf8')).toContain(`${name}:`);
  });
});
