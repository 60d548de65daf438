import type { Outline } from './outline.ts';

/** What of components is looked through, in lower case. */
export interface Haystack {
  readonly outline: Outline;
  /** Each text on a line of its own. */
  readonly names: string;
  readonly offers: string;
  readonly files: string;
  readonly description: string;
}

/** The words that are looked for; beyond these nobody asks for something in particular. */
const maxWords = 16;

export function haystackOf(outline: Outline): Haystack {
  const { entry, name, npmName, offers, paths } = outline;
  return {
    outline,
    names: lines([name, npmName]),
    // A capability is found by its name too, and a file by its own.
    offers: lines(offers.flatMap((what) => [what, what.slice(what.indexOf(':') + 1)])),
    files: lines(paths.flatMap((path) => [path, path.slice(path.lastIndexOf('/') + 1)])),
    description: `${entry.description} ${entry.kind} ${entry.category}`.toLowerCase(),
  };
}

/**
 * Components in which each word of a text is found: in a name, a capability (`soname:libssl.so.3`), a file (`/usr/bin/redis-server`, or its last
 * part) or the description; the nearest first, then by name. All of them for an empty text.
 */
export function findComponents(all: readonly Haystack[], text: string): readonly { readonly outline: Outline; readonly rank: number }[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, maxWords);
  return all
    .flatMap((haystack) => {
      const ranks = words.map((word) => rankOf(haystack, word));
      const isFound = ranks.every((rank) => rank !== undefined);
      return isFound ? [{ outline: haystack.outline, rank: ranks.reduce((sum, rank) => sum + rank, 0) }] : [];
    })
    .sort((a, b) => a.rank - b.rank || (a.outline.npmName < b.outline.npmName ? -1 : 1));
}

/** The lower, the nearer. */
function rankOf({ names, offers, files, description }: Haystack, word: string): number | undefined {
  const found = [
    ...rankIn(names, word, [0, 2, 4]),
    ...rankIn(offers, word, [1, 3, 5]),
    ...rankIn(files, word, [1, 3.5, 6]),
    ...(description.includes(word) ? [7] : []),
  ];
  return found.length === 0 ? undefined : Math.min(...found);
}

type Ranks = readonly [whole: number, start: number, within: number];

function rankIn(texts: string, word: string, [whole, start, within]: Ranks): readonly number[] {
  if (!texts.includes(word)) return [];
  if (texts.includes(`\n${word}\n`)) return [whole];
  return [texts.includes(`\n${word}`) ? start : within];
}

function lines(texts: readonly string[]): string {
  return `\n${texts.join('\n').toLowerCase()}\n`;
}
