import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAgo, formatDuration, formatElapsed } from '../../../renderer/format/duration.ts';
import { formatNumber, inWords } from '../../../renderer/format/number.ts';
import { headline, withoutName } from '../../../renderer/format/words.ts';

describe('numbers', () => {
  test.each([
    [null, 'messages', 'unknown'],
    [Number.NaN, 'seconds', 'unknown'],
    [0, 'messages', '0'],
    [14, 'messages', '14'],
    [8120, 'sessions', '8,120'],
    [12.43, 'messages/s', '12.4 msg/s'],
    [12.43, 'msg/s', '12.4 msg/s'],
    [0.31, 'ratio', '31 %'],
    [0.9999, 'ratio', '99.99 %'],
    [0.999999, 'ratio', '99.99 %'],
    [1, 'ratio', '100 %'],
    [0.42, 'seconds', '0.42 s'],
    [0.42, 's', '0.42 s'],
    [0.024, 'seconds', '24 ms'],
    [0, 'seconds', '0 s'],
    [300, 'seconds', '5 min'],
    [0, 'bytes', '0 B'],
    [1536, 'bytes', '1.5 KiB'],
    [5 * 1024 ** 3, 'bytes', '5 GiB'],
    [2048, 'bytes/s', '2 KiB/s'],
    [3.5, 'furlongs', '3.5 furlongs'],
  ])('%s %s is written "%s"', (value, unit, written) => {
    expect(inWords(formatNumber(value, unit))).toBe(written);
  });

  test('a number is never written as unknown, and nothing else is', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('bytes', 's', 'ratio', 'messages', ''),
        (value, unit) => {
          expect(formatNumber(value, unit).value).not.toBe('unknown');
        },
      ),
    );
    expect(formatNumber(Number.POSITIVE_INFINITY, 'bytes').value).toBe('unknown');
  });

  test('a small number that is not zero is not written as zero unless it is less than 0.001', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (value) => {
        expect(Number(formatNumber(value, 'messages').value.replaceAll(',', ''))).toBeGreaterThan(0);
      }),
    );
  });
});

describe('durations', () => {
  test.each([
    [340, '0.3 s'],
    [48_000, '48 s'],
    [70_000, '1:10 min'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 05 min'],
    [76 * 3_600_000, '3 d 4 h'],
    [-5, '0.0 s'],
  ])('%i ms is "%s"', (ms, written) => expect(formatDuration(ms)).toBe(written));

  test.each([
    [0, 'just now'],
    [4200, '4 s ago'],
    [61_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [72 * 3_600_000, '3 d ago'],
  ])('%i ms ago is "%s"', (ms, written) => expect(formatAgo(ms)).toBe(written));

  test('a running clock counts in minutes and seconds', () => {
    expect(formatElapsed(48_900)).toBe('0:48');
    expect(formatElapsed(3_729_000)).toBe('1:02:09');
  });
});

describe('words', () => {
  test('the first sentence is the headline, dots in numbers and names end none', () => {
    expect(headline('Mail flows at 0.42 s to mx1.example.org. Nothing needs you.')).toEqual({
      first: 'Mail flows at 0.42 s to mx1.example.org.',
      rest: 'Nothing needs you.',
    });
    expect(headline('Nothing needs you.')).toEqual({ first: 'Nothing needs you.', rest: '' });
  });

  test('a verdict does not repeat the name beside it', () => {
    expect(withoutName('mx: redundant, tolerates 1 loss', 'mx')).toBe('redundant, tolerates 1 loss');
    expect(withoutName('mx2: failing', 'mx')).toBe('mx2: failing');
  });
});
