import type { IndexDocument, IndexEntry } from './documents.ts';
import { pageLimits } from './limits.ts';
import type { Outline } from './outline.ts';

/** One document for a search in all components: what does not fit in its bounds is in the component's own document. */
export function indexDocument(outlines: readonly Outline[], registry: string): IndexDocument {
  const sorted = [...outlines].sort((a, b) => (a.name < b.name ? -1 : 1));
  const share = (characters: number): number => Math.floor(characters / Math.max(1, sorted.length));
  // A library of few components has room for all of them; shares count only where all together would not fit.
  const isFull = {
    files: lengthOf(sorted.flatMap(({ paths }) => paths.map(fileName))) > pageLimits.indexFileCharacters,
    offers: lengthOf(sorted.flatMap(({ offers }) => offers)) > pageLimits.indexCapabilityCharacters,
  };
  const folders = new Map<string, number>();
  const components = sorted.map((outline): IndexEntry => {
    const files = cutTo(outline.paths, {
      count: pageLimits.indexFiles,
      characters: isFull.files ? share(pageLimits.indexFileCharacters) : Infinity,
      text: fileName,
    });
    const offers = cutTo(outline.offers, {
      count: pageLimits.indexCapabilities,
      characters: isFull.offers ? share(pageLimits.indexCapabilityCharacters) : Infinity,
      text: (what) => what,
    });
    const isCut = files.length < outline.paths.length || offers.length < outline.offers.length;
    return { ...outline.entry, offers, files: byFolder(files, folders), ...(isCut ? { cut: true } : {}) };
  });
  return { page: 1, registry, folders: [...folders.keys()], components };
}

/** The first ones that fit. */
function cutTo(
  texts: readonly string[],
  limit: { readonly count: number; readonly characters: number; readonly text: (one: string) => string },
): readonly string[] {
  let left = limit.characters;
  return texts.slice(0, limit.count).filter((one) => (left -= limit.text(one).length + 1) >= 0);
}

function byFolder(paths: readonly string[], folders: Map<string, number>): IndexEntry['files'] {
  const names = new Map<number, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const number = folders.get(folder) ?? folders.size;
    folders.set(folder, number);
    names.set(number, [...(names.get(number) ?? []), fileName(path)]);
  }
  return [...names].map(([folder, own]) => [folder, own.join('/')] as const);
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, 0);
}
