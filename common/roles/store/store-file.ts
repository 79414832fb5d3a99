import { z } from 'zod';
import type { ProbeHost } from '../host.ts';

/** What provisioning wrote about this side of the pair; no secrets, the agent reads it. */
export const storeFilePath = '/etc/mailyard/store.json';

export const storeFileSchema = z.strictObject({
  /** Also Cyrus's servername, and so the realm of its own accounts. */
  node: z.string().max(63),
  cluster: z.string().max(63),
  /** The active side takes mail and IMAP; mailboxes are made there only. */
  side: z.enum(['active', 'replica']),
  /** The other side's name; null while the pair has one side only. */
  peer: z.string().max(63).nullable(),
});
export type StoreFile = z.infer<typeof storeFileSchema>;

/** null: not provisioned, or damaged. */
export async function readStoreFile(host: Pick<ProbeHost, 'readFile'>): Promise<StoreFile | null> {
  const text = await host.readFile(storeFilePath);
  if (text === null) return null;
  try {
    return storeFileSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
