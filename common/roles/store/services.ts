import type { RoleService } from '../role.ts';
import { cyrusUnit, linkUnit, statsUnit } from './paths.ts';

export const storeServices: readonly RoleService[] = [
  { unit: cyrusUnit, title: 'Mailboxes (Cyrus)', essential: true },
  // Without it mail is delivered still, but on one side only.
  { unit: linkUnit, title: 'Way to the other side (HAProxy)', essential: false },
  { unit: statsUnit, title: "Cyrus's numbers for the agent", essential: false },
];
