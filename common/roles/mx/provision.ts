import type { ProvisionCapability, RoleFile } from '../role.ts';
import { mxJoinSteps } from './join.ts';
import { mxValues } from './render.ts';

const file = (path: string, template: string): RoleFile => ({
  path,
  template,
  owner: 'root',
  group: 'root',
  mode: 0o644,
  secret: false,
});

const rspamd = (path: string, template: string): RoleFile =>
  file(`/etc/rspamd/local.d/${path}`, `rspamd-${template}`);

export const mxProvision: ProvisionCapability = {
  packages: ['postfix', 'rspamd', 'valkey-server'],
  files: [
    file('/etc/postfix/mailyard-domains', 'mailyard-domains'),
    file('/etc/postfix/mailyard-recipients', 'mailyard-recipients'),
    file('/etc/postfix/mailyard-transport', 'mailyard-transport'),
    file('/etc/postfix/main.cf', 'main.cf'),
    file('/etc/postfix/master.cf', 'master.cf'),
    file('/etc/systemd/system/postfix.service.d/mailyard.conf', 'postfix-unit.conf'),
    rspamd('worker-normal.inc', 'worker-normal.inc'),
    rspamd('worker-proxy.inc', 'worker-proxy.inc'),
    rspamd('worker-controller.inc', 'worker-controller.inc'),
    rspamd('worker-fuzzy.inc', 'worker-fuzzy.inc'),
    rspamd('options.inc', 'options.inc'),
    rspamd('redis.conf', 'redis.conf'),
    rspamd('greylist.conf', 'greylist.conf'),
    rspamd('neural.conf', 'neural.conf'),
    file('/etc/systemd/system/rspamd.service.d/mailyard.conf', 'rspamd-unit.conf'),
    { ...file('/etc/valkey/valkey.conf', 'valkey.conf'), owner: 'valkey', group: 'valkey', mode: 0o640 },
  ],
  checks: [
    { argv: ['postfix', '-c', '{stage}/etc/postfix', 'check'] },
    // Not strict: an unresolvable name in a module's own defaults must not stop a configuration.
    { argv: ['rspamadm', '--var=LOCAL_CONFDIR={stage}/etc/rspamd', 'configtest'] },
  ],
  secrets: [],
  values: ({ fleet, nodeId }) => mxValues(fleet, nodeId),
  alsoConfigures: ['edge'],
  reloads: ['postfix.service'],
  joinSteps: mxJoinSteps,
};
