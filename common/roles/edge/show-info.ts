/** HAProxy's `show info`: `Name: value` lines about the process. Source: HAProxy 3.0; fixture show-info.txt. */
export function parseShowInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const found = /^([A-Za-z_-]+): (.*)$/.exec(line);
      return found?.[1] !== undefined ? [[found[1], found[2] ?? ''] as const] : [];
    }),
  );
}
