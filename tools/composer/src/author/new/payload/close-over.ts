import type { Platform } from '@moby/model';
import { findLibrary, libraryPath, type FoundLibrary } from './find-library.ts';
import { libraryNeeds } from './library-needs.ts';
import type { LibraryNeed, LibraryOffers } from './library-offers.ts';
import type { PackageShelf } from '../package/package-shelf.ts';
import { factsOf, keepPath, selectPackage, type Selection } from './selection.ts';

/** A library that nobody in the library of components offers. */
export interface MissingLibrary {
  readonly need: LibraryNeed;
  readonly platform: Platform;
  /** The package that has it; undefined where none that is depended on has. */
  readonly library: FoundLibrary | undefined;
}

export interface ClosureContext {
  readonly selection: Selection;
  readonly shelf: PackageShelf;
  readonly offers: LibraryOffers;
}

/**
 * Keeps what the kept files load and their own packages have; then what no component offers and another package of the same
 * source has. What is left is missing.
 */
export async function closeOver(context: ClosureContext): Promise<readonly MissingLibrary[]> {
  const { selection, shelf, offers } = context;
  for (;;) {
    const missing: MissingLibrary[] = [];
    let grown = false;
    for (const need of libraryNeeds(selection, factsOf(selection))) {
      if (keepOwnLibrary(selection, need.soname)) grown = true;
      else if (offers.library(need, selection.platform) === undefined) {
        const packages = [...selection.packages.values()].map(({ opened }) => opened);
        const library = await findLibrary(need.soname, { shelf, packages });
        const isOwn = library !== undefined && library.opened.pin.source === packages[0]?.pin.source;
        if (isOwn) {
          keepPath(selectPackage(selection, library.opened), library.path);
          grown = true;
        } else missing.push({ need, platform: selection.platform, library });
      }
    }
    if (!grown) return missing;
  }
}

/** Keeps a library of a selected package; false where none has it, or it is kept already. */
export function keepOwnLibrary(selection: Selection, soname: string): boolean {
  for (const selected of selection.packages.values()) {
    const path = libraryPath(selected.opened, soname);
    if (path === undefined || selected.kept.has(path)) continue;
    keepPath(selected, path);
    return true;
  }
  return false;
}
