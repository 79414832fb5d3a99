/**
 * HAProxy's `show sess`: who is connected to what, for telling who holds a drain up.
 * Source: HAProxy 3.0 (Debian 13); fixture show-sess.txt.
 */
export interface Session {
  /** `address:port` of the client. */
  readonly source: string;
  readonly backend: string;
  readonly server: string;
  /** Unit: seconds. */
  readonly ageSeconds: number;
}

export function parseShowSess(text: string): readonly Session[] {
  return text.split('\n').flatMap((line) => {
    const word = (name: string): string => new RegExp(` ${name}=(\\S+)`).exec(line)?.[1] ?? '';
    const source = word('src');
    const backend = word('be');
    if (source === '' || backend === '' || backend === '<NONE>') return [];
    return [{ source, backend, server: word('srv'), ageSeconds: seconds(word('age')) }];
  });
}

/** '1s', '5m3s', '2h', '1d4h' as HAProxy writes durations. */
function seconds(text: string): number {
  const unit: Record<string, number> = { d: 86_400, h: 3600, m: 60, s: 1 };
  let total = 0;
  for (const [, amount, letter] of text.matchAll(/(\d+)([dhms])/g))
    total += Number(amount) * (unit[letter ?? ''] ?? 0);
  return total;
}
