import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who this node is, as told in `hello`. */
export interface NodeIdentity {
  readonly hostname: string;
  readonly bootId: string;
}

export function nodeIdentity(): NodeIdentity {
  return { hostname: hostname(), bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
}
