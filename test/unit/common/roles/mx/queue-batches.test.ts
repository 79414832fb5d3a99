import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../../../common/roles/mx/queue-batches.ts';

describe('cutting a queue into batches', () => {
  it('has every byte of every file once and in order, and no batch too large', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 120 }),
        (sizes, most) => {
          const files = sizes.map((sizeBytes, n) => ({ path: `incoming/${n}`, sizeBytes }));
          const batches = planBatches(files, most, 7);
          const next = new Map(files.map((file) => [file.path, 0]));
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(7);
            expect(batch.reduce((sum, piece) => sum + piece.length, 0)).toBeLessThanOrEqual(most);
            for (const piece of batch) {
              expect(piece.offset).toBe(next.get(piece.path));
              next.set(piece.path, piece.offset + piece.length);
            }
          }
          expect([...next.values()]).toEqual(sizes);
          const named = new Set(batches.flat().map((piece) => piece.path));
          expect(named.size).toBe(files.length);
        },
      ),
    );
  });
});
