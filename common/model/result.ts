import type { OpsProblem } from './ops-error.ts';

/** An expected outcome as a value; what crosses IPC, where a thrown error would lose its class. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: OpsProblem; readonly message: string };
