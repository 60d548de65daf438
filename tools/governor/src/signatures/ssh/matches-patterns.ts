/** Longer text matches nothing: an address has at most 320 bytes. */
const maxTextLength = 512;

/**
 * Whether a text matches a list of patterns as OpenSSH has them (ssh_config(5), PATTERNS): between commas, with `*` and `?`; one with `!`
 * before it refuses what it matches. In linear time for each pattern and character of the text.
 */
export function matchesPatterns(text: string, patterns: string): boolean {
  if (text.length > maxTextLength) return false;
  let matched = false;
  for (const pattern of patterns.split(',')) {
    const refuses = pattern.startsWith('!');
    if (!matchesPattern(text, refuses ? pattern.slice(1) : pattern)) continue;
    if (refuses) return false;
    matched = true;
  }
  return matched;
}

/** A star that has swallowed too little swallows one character more; the last star only, which is enough. */
function matchesPattern(text: string, pattern: string): boolean {
  let [at, inPattern] = [0, 0];
  let star: { readonly pattern: number; text: number } | undefined;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      inPattern += 1;
      star = { pattern: inPattern, text: at };
    } else if (inPattern < pattern.length && (pattern[inPattern] === '?' || pattern[inPattern] === text[at])) {
      inPattern += 1;
      at += 1;
    } else if (star !== undefined) {
      star.text += 1;
      [at, inPattern] = [star.text, star.pattern];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
