/**
 * Text from another machine, made safe to show: no control characters (a host
 * name may carry terminal escapes), no bidirectional overrides (they make a
 * line read as something that it is not), no lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cs}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

export function plainText(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/** A JSON value with all its strings made plain; null where it is nested deeper than `depth`. */
export function plainJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return plainText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth <= 0) return null;
  if (Array.isArray(value)) return value.map((item) => plainJson(item, depth - 1));
  const entries = Object.entries(value)
    .filter(([key]) => key !== '__proto__')
    .map(([key, item]) => [plainText(key), plainJson(item, depth - 1)] as const);
  return Object.fromEntries(entries);
}
