import { type StoreFile, storeFilePath, storeFileSchema } from '../../common/roles/store/store-file.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Which side of the pair a simulated store is; null: not configured. */
export function readStoreFileText(node: SimulatedNode): StoreFile | null {
  const text = node.files.text(storeFilePath);
  if (text === null) return null;
  const parsed = storeFileSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
