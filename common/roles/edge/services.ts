import type { RoleService } from '../role.ts';

export const edgeServices: readonly RoleService[] = [
  { unit: 'haproxy.service', title: 'HAProxy', essential: true },
  { unit: 'keepalived.service', title: 'keepalived', essential: true },
];
