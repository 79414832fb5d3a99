import { describe, expect, it } from 'vitest';
import { longestGap } from '../../../support/mail/gaps.ts';

describe('the longest gap', () => {
  it.each([
    ['between two successes', [50, 100, 900, 950], 1_000, { ms: 800, atMs: 100 }],
    ['before the first success', [700, 750], 800, { ms: 700, atMs: 0 }],
    ['after the last success', [50, 100], 2_000, { ms: 1_900, atMs: 100 }],
    ['in whatever order the tries ended', [900, 50, 100], 950, { ms: 800, atMs: 100 }],
    ['as the whole time when nothing succeeded', [], 3_000, { ms: 3_000, atMs: 0 }],
  ])('is found %s', (_where, successes, end, expected) => {
    expect(longestGap(successes, end)).toEqual(expected);
  });
});
