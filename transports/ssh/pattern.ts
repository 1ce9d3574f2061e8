/** Whether a name matches an OpenSSH pattern: `*` is any text, `?` one character. Takes linear time in practice. */
export function matchesPattern(name: string, pattern: string): boolean {
  let [n, p, star, resume] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (pattern[p] === '?' || (p < pattern.length && pattern[p] === name[n])) {
      n++;
      p++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether a list of patterns matches: at least one does, and none of those that start with `!`. */
export function matchesList(name: string, patterns: readonly string[]): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(name, negated ? pattern.slice(1) : pattern)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}
