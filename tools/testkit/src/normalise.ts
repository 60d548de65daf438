import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { checkout } from './run-cli.ts';

export interface NormaliseOptions {
  /** The scratch folder of the test: becomes `<folder>`. */
  readonly folder?: string;
  /** Further places and the words they become, as `{ [store]: '<store>' }`. */
  readonly places?: Readonly<Record<string, string>>;
  /** Kinds that stay as they are, where they are what the test is about. */
  readonly keep?: readonly Varying[];
}

export type Varying = 'times' | 'sizes' | 'ports' | 'versions';

/**
 * Text of the program without what differs from run to run or from machine to machine: places, times, sizes, ports,
 * Node's version. The one place where golden files and output are made comparable. Digests stay: they may not differ.
 */
export function normalise(text: string, options: NormaliseOptions = {}): string {
  const keep = new Set(options.keep);
  let result = withoutPlaces(text, options);
  for (const { kind, pattern, word } of patterns) if (!keep.has(kind)) result = result.replace(pattern, word);
  return result;
}

function withoutPlaces(text: string, { folder, places = {} }: NormaliseOptions): string {
  const named = [...Object.entries(places), ...(folder === undefined ? [] : [[folder, '<folder>'] as const])];
  const real = named.map(([place, word]) => [realpathOr(place), word] as const);
  const words = new Map([[checkout, '<checkout>'], [homedir(), '~'], ...named, ...real]);
  // The longest first: the folder of a test may lie in another of the places.
  const sorted = [...words].filter(([place]) => place.length > 1).sort(([a], [b]) => b.length - a.length);
  // A home of `/root` is none where a folder or a file of another path is called that.
  const whole = (place: string): RegExp => new RegExp(String.raw`(?<![\w.>-])${escaped(place)}(?![\w-])`, 'g');
  return sorted.reduce((result, [place, word]) => result.replace(whole(place), () => word), text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

const number = String.raw`\d+(?:[.,]\d+)*`;
const unit = 'B|[kKMG]i?B';

/** In this order: a rate before a size, an aligned time before any other. What was done in an instant has no rate at all. */
const patterns: readonly { readonly kind: Varying; readonly pattern: RegExp; readonly word: string }[] = [
  { kind: 'sizes', pattern: new RegExp(String.raw` at ${number} ?(?:${unit})/s\b`, 'g'), word: '' },
  { kind: 'sizes', pattern: new RegExp(String.raw`\b${number} ?(?:${unit})/s\b`, 'g'), word: '<rate>' },
  { kind: 'sizes', pattern: new RegExp(String.raw`\b${number}(?:/${number})? ?(?:${unit})\b`, 'g'), word: '<size>' },
  { kind: 'times', pattern: new RegExp(String.raw`(?<=\S) {2,}${number} ?(?:ms|s|min)\b`, 'g'), word: '  <time>' },
  { kind: 'times', pattern: new RegExp(String.raw`\b${number} ?(?:ms|s|min)\b`, 'g'), word: '<time>' },
  { kind: 'times', pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, word: '<date>' },
  { kind: 'ports', pattern: /(?<=\b127\.0\.0\.1|\blocalhost|\[::1\]):\d{1,5}\b/g, word: ':<port>' },
  { kind: 'versions', pattern: /\b(?:linux|darwin|win32)-(?:x64|arm64) node-v\d+\.\d+\.\d+/g, word: '<machine> <node>' },
];

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
