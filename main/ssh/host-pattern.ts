/**
 * Host patterns as OpenSSH reads them in known_hosts: comma-separated, `*` any
 * run, `?` any one character, a leading `!` takes a host out whatever else matches.
 */

/** OpenSSH's buffer for one pattern; a longer one matches nothing, and ends the list. */
const longestPattern = 1023;

/** Does the list name this host? Case does not matter. */
export function matchesPatternList(host: string, list: string): boolean {
  const name = host.toLowerCase();
  let matched = false;
  for (const item of list.split(',')) {
    const negated = item.startsWith('!');
    const pattern = negated ? item.slice(1) : item;
    if (pattern.length > longestPattern) return false;
    if (!matchesPattern(name, pattern.toLowerCase())) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** One pattern. Linear: it remembers the last star only, so no pattern can make it slow. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let of = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < text.length) {
    if (pattern[of] === '*') {
      star = of;
      resumeAt = at;
      of += 1;
    } else if (of < pattern.length && (pattern[of] === '?' || pattern[of] === text[at])) {
      at += 1;
      of += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      at = resumeAt;
      of = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[of] === '*') of += 1;
  return of === pattern.length;
}
