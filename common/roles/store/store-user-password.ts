import { z } from 'zod';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { addressSchema } from './address.ts';
import { readPasswords, setPassword, splitUser } from './sasl-users.ts';
import { requireStoreFile } from './store-login.ts';

/** Cyrus's own accounts: `cyrus` administers, `repl` replicates. */
const userSchema = z.union([addressSchema, z.enum(['cyrus', 'repl'])]);

const input = z.strictObject({
  users: z
    .array(
      z.strictObject({
        user: userSchema,
        password: z
          .string()
          .min(8)
          .max(200)
          .regex(/^[\x21-\x7e]+$/),
      }),
    )
    .min(1)
    .max(2000),
});

/**
 * Gives users their passwords on this node; call it on both sides of a pair.
 * Works before Cyrus runs. Passwords go to saslpasswd2 by stdin.
 */
export const storeUserPasswordVerb = defineVerb({
  name: 'store-user-password',
  input,
  state: z.strictObject({
    /** Users who have no password here, or another one. */
    missing: z.array(z.string()),
  }),
  detached: false,
  secretFields: ['users'],
  async observe(host, { users }) {
    const missing = await lacking(host, users);
    return { satisfied: missing.length === 0, state: { missing: missing.map(({ user }) => user) } };
  },
  async apply(host, { users }) {
    const realm = await nodeRealm(host);
    for (const { user, password } of await lacking(host, users)) {
      await setPassword(host, splitUser(user, realm), password);
    }
    host.output(`${users.length} passwords are as wanted`);
  },
});

type Users = z.infer<typeof input>['users'];

async function lacking(host: VerbHost, users: Users): Promise<Users> {
  const realm = await nodeRealm(host);
  const present = await readPasswords(host);
  return users.filter(({ user, password }) => {
    const { name, realm: own } = splitUser(user, realm);
    return present.get(`${name}@${own}`) !== password;
  });
}

async function nodeRealm(host: VerbHost): Promise<string> {
  return (await requireStoreFile(host)).node;
}
