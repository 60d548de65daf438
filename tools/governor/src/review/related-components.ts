/** What a component says to others: names of components and of capabilities. */
export interface ComponentWords {
  readonly requires: ReadonlySet<string>;
  readonly provides: ReadonlySet<string>;
}

export interface ToRelate {
  readonly own: ReadonlySet<string>;
  readonly moved: ReadonlySet<string>;
  readonly wordsOf: (component: string) => Promise<ComponentWords>;
}

/** Components that are read for one question; beyond that, everything counts as related. */
const maxRead = 2000;

/**
 * Those that moved and have to do with one's own: the same ones, what they need, and what needs them, over any number of components
 * between. A capability is a way in both directions, whoever offers it. Sorted.
 */
export async function relatedComponents({ own, moved, wordsOf }: ToRelate): Promise<readonly string[]> {
  const read = new Map<string, ComponentWords>();
  const cached = async (name: string): Promise<ComponentWords> => {
    const words = read.get(name) ?? (await wordsOf(name));
    read.set(name, words);
    return words;
  };
  const needs = await neededBy(own, cached, read);
  const related: string[] = [];
  for (const name of [...moved].sort()) {
    if (needs === undefined || read.size > maxRead || needs.has(name)) related.push(name);
    else if ([...(await cached(name)).provides].some((word) => needs.has(word))) related.push(name);
    else if (await isNeededBy({ own, name, cached, read })) related.push(name);
  }
  return related;
}

interface ToAsk {
  readonly own: ReadonlySet<string>;
  readonly name: string;
  readonly cached: (component: string) => Promise<ComponentWords>;
  readonly read: ReadonlyMap<string, ComponentWords>;
}

async function isNeededBy({ own, name, cached, read }: ToAsk): Promise<boolean> {
  const theirs = await neededBy(new Set([name]), cached, read);
  if (theirs === undefined) return true;
  for (const one of own) if (theirs.has(one) || [...(await cached(one)).provides].some((word) => theirs.has(word))) return true;
  return false;
}

/** Names of components and capabilities, with those at the start; undefined where that is too much to read. */
async function neededBy(
  start: ReadonlySet<string>,
  cached: ToAsk['cached'],
  read: ToAsk['read'],
): Promise<ReadonlySet<string> | undefined> {
  const found = new Set(start);
  // A set is walked over what is added meanwhile, too.
  for (const word of found) {
    if (read.size > maxRead) return undefined;
    if (word.includes(':')) continue;
    for (const next of (await cached(word)).requires) found.add(next);
  }
  return found;
}
