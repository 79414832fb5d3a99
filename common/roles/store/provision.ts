import type { ProvisionCapability, RoleFile } from '../role.ts';
import { joinSteps } from './join-steps.ts';
import { packages } from './packages.ts';
import { linkUnit } from './paths.ts';
import { storeValues } from './render.ts';
import { storeFilePath } from './store-file.ts';

const file = (path: string, template: string, more: Partial<RoleFile> = {}): RoleFile => ({
  path,
  template,
  owner: 'root',
  group: 'root',
  mode: 0o644,
  secret: false,
  ...more,
});

/** The programs that read them run as cyrus, whose group is mail. */
const withPassword = { group: 'mail', mode: 0o640, secret: true };

export const storeProvision: ProvisionCapability = {
  packages,
  files: [
    file('/etc/imapd.conf', 'imapd.conf', withPassword),
    file('/etc/imapd-syncserver.conf', 'imapd-syncserver.conf', withPassword),
    file('/etc/cyrus.conf', 'cyrus.conf'),
    file('/etc/haproxy/haproxy.cfg', 'haproxy.cfg'),
    file(storeFilePath, 'store.json'),
    file('/etc/mailyard/store-nsswitch.conf', 'nsswitch.conf'),
    file('/etc/systemd/system/cyrus-imapd.service.d/mailyard.conf', 'cyrus-imapd.service.d.conf'),
    file('/usr/lib/mailyard/store-stats', 'mailyard-store-stats', { mode: 0o755 }),
    file('/etc/systemd/system/mailyard-store-stats.service', 'mailyard-store-stats.service'),
  ],
  checks: [
    { argv: ['haproxy', '-c', '-q', '-f', '{stage}/etc/haproxy/haproxy.cfg'] },
    { argv: ['/usr/lib/cyrus/bin/cyr_info', '-C', '{stage}/etc/imapd.conf', 'conf-lint'] },
    { argv: ['/usr/lib/cyrus/bin/cyr_info', '-C', '{stage}/etc/imapd-syncserver.conf', 'conf-lint'] },
    { argv: ['perl', '-c', '{stage}/usr/lib/mailyard/store-stats'] },
  ],
  secrets: ['cyrus-repl', 'cyrus-admin'],
  values: ({ fleet, cluster, nodeId }, secrets) => storeValues(fleet, cluster, nodeId, secrets),
  joinSteps,
  // They name the active side.
  alsoConfigures: ['edge', 'mx'],
  // Cyrus reads its files at each process's start; the way to the other side is what may have changed.
  reloads: [linkUnit],
};
