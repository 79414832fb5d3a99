/**
 * Cuts a queue into pieces that fit into one verb's request: every byte of
 * every file once, in order; a file larger than a batch is sent in several.
 */
import type { QueueFile } from './queue-files.ts';

export interface PieceRequest {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Base64 in JSON makes it a third more; a request may have 8 MiB, an answer 4. */
export const batchBytes = 1024 * 1024;
const batchPieces = 200;

export function planBatches(
  files: readonly Pick<QueueFile, 'path' | 'sizeBytes'>[],
  maxBytes = batchBytes,
  maxPieces = batchPieces,
): readonly (readonly PieceRequest[])[] {
  const batches: PieceRequest[][] = [];
  let batch: PieceRequest[] = [];
  let bytes = 0;
  const close = (): void => {
    if (batch.length > 0) batches.push(batch);
    batch = [];
    bytes = 0;
  };
  for (const file of files) {
    let offset = 0;
    do {
      const length = Math.min(maxBytes, file.sizeBytes - offset);
      if (bytes + length > maxBytes || batch.length >= maxPieces) close();
      batch.push({ path: file.path, offset, length });
      bytes += length;
      offset += length;
    } while (offset < file.sizeBytes);
  }
  close();
  return batches;
}
