import { z } from 'zod';
import { roleIds } from '../../common/roles/role-id.ts';

z.config({ jitless: true });

const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a name is letters, digits, dot and dash, at most 63 of them');
const address = z.string().regex(/^[A-Za-z0-9.:_-]{1,255}$/, 'expected a host name or an IP address');
const domain = z.string().regex(/^[a-z0-9.-]{1,253}$/, 'a mail domain in lower case');
const mailbox = z.string().regex(/^[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,253}$/, 'a mail address in lower case');

/** The fleet file as written; unknown keys are refused so that a typing error is not silently ignored. */
export const fleetFileSchema = z.strictObject({
  mailyard: z.literal(1, 'the first line says which format this is: mailyard: 1'),
  name: id,
  ssh: z
    .strictObject({
      user: id.optional(),
      identityFile: z.string().min(1).optional(),
      knownHosts: z.string().min(1).optional(),
    })
    .default({}),
  mail: z
    .strictObject({
      domains: z.array(domain).default([]),
      mailboxes: z.record(mailbox, id).default({}),
    })
    .default({ domains: [], mailboxes: {} }),
  clusters: z
    .record(
      id,
      z.strictObject({
        role: z.enum(roleIds),
        nodes: z.array(id).default([]),
        vip: z
          .string()
          .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'an IPv4 address with its prefix, such as 192.0.2.10/24')
          .optional(),
        active: id.optional(),
        messagesPerSecondPerNode: z.number().positive().optional(),
      }),
    )
    .default({}),
  nodes: z
    .record(
      id,
      z.strictObject({
        address,
        port: z.number().int().min(1).max(65535).default(22),
        user: id.optional(),
        failureDomain: id.optional(),
        jump: z.string().min(1).max(255).optional(),
        maintenance: z.string().min(1).max(200).optional(),
      }),
    )
    .default({}),
});

export type FleetFileShape = z.infer<typeof fleetFileSchema>;
