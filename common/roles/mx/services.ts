import type { RoleService } from '../role.ts';

export const postfixUnit = 'postfix.service';

export const mxServices: readonly RoleService[] = [
  { unit: postfixUnit, title: 'Postfix', essential: true },
  { unit: 'rspamd.service', title: 'rspamd', essential: false },
  { unit: 'valkey-server.service', title: 'Valkey', essential: false },
];
