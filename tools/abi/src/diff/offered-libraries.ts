import type { ElfFacts } from '@moby/model';
import { isOfferedAs } from '../capabilities.ts';
import { isElfFile } from '../load.ts';
import { systemLibraryFolders } from '../machine.ts';
import { buildComponentTree, type RootFacts } from '../root-tree.ts';

/** A shared library that others can name. */
export interface OfferedLibrary {
  /** The name that it is loaded by. */
  readonly name: string;
  readonly elf: ElfFacts;
}

/**
 * What loaders of other components find: libraries in the folders that every program searches, by machine, class and name. A
 * file without a folder was given alone, so where it will lie isn't known, and it counts.
 */
export function offeredLibraries(facts: RootFacts): ReadonlyMap<string, OfferedLibrary> {
  const tree = buildComponentTree(facts);
  const libraries = new Map<string, OfferedLibrary>();
  for (const path of [...facts.elf.map((file) => file.path), ...Object.keys(facts.links)]) {
    const file = tree.find(path);
    if (!isElfFile(file)) continue;
    const { elf } = file;
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, slash);
    if (folder !== '' && !systemLibraryFolders(elf).includes(folder)) continue;
    const name = folder === '' && elf.soname !== undefined ? elf.soname : path.slice(slash + 1);
    if (isOfferedAs(elf, path) || (folder === '' && isSharedObject(elf)))
      libraries.set(`${elf.machine}.${elf.class}/${name}`, { name, elf });
  }
  return libraries;
}

/** A library or a plugin, not a program; a C library is both and counts as library. */
export function isSharedObject(elf: ElfFacts): boolean {
  return elf.soname !== undefined || (elf.interpreter === undefined && elf.path.slice(elf.path.lastIndexOf('/')).includes('.so'));
}
