import { Failure } from '@moby/model';
import { canonicalPath } from './canonical-path.ts';

export interface KeepPattern {
  readonly text: string;
  matches(path: string): boolean;
}

export const maxPatternLength = 1024;

/**
 * A path or pattern of a manifest: `*` is any text within a segment, `?` one character of it, a segment `**` any number of
 * segments (also none); everything else, brackets too, means itself. Patterns are brought to the merged /usr as paths are.
 * Matching takes at most (length of pattern × length of path) steps. Throws `invalid-input`.
 */
export function parseKeepPattern(text: string): KeepPattern {
  const segments = text.split('/');
  const fault = faultOf(text, segments);
  if (fault !== undefined) throw new Failure({ code: 'invalid-input', message: `\`${text.slice(0, 80)}\` is no pattern: ${fault}` });
  const canonical = canonicalPath(text, true);
  if (!/[*?]/.test(canonical)) return { text, matches: (path) => path === canonical };
  const parts = canonical.split('/');
  const prefix = canonical.slice(0, canonical.search(/[*?]/));
  return {
    text,
    matches: (path) => (prefix === '' || path.startsWith(prefix.replace(/\/$/, ''))) && matchSegments(parts, path.split('/')),
  };
}

function faultOf(text: string, segments: readonly string[]): string | undefined {
  if (text === '') return 'it is empty';
  if (text.length > maxPatternLength) return `it is longer than ${maxPatternLength} characters`;
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'a pattern has no leading or trailing slash, no `.`, no `..`';
  }
  if (segments.some((segment) => segment.includes('**') && segment !== '**')) return '`**` stands alone between slashes';
  return undefined;
}

/** On a mismatch only the last `**` takes one segment more: earlier ones need not be tried again. */
function matchSegments(pattern: readonly string[], path: readonly string[]): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let starAt = 0;
  while (s < path.length) {
    const part = pattern[p];
    if (part === '**') {
      star = p++;
      starAt = s;
    } else if (part !== undefined && matchText(part, path[s] ?? '')) {
      p += 1;
      s += 1;
    } else if (star >= 0) {
      p = star + 1;
      s = ++starAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === '**') p += 1;
  return p === pattern.length;
}

function matchText(pattern: string, text: string): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let starAt = 0;
  while (s < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      starAt = s;
    } else if (wanted === '?') {
      p += 1;
      s += (text.codePointAt(s) ?? 0) > 0xffff ? 2 : 1;
    } else if (wanted !== undefined && wanted === text[s]) {
      p += 1;
      s += 1;
    } else if (star >= 0) {
      p = star + 1;
      s = ++starAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
