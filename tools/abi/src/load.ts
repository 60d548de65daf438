import type { ElfFacts } from '@moby/model';
import { isSameKind, systemLibraryFolders } from './machine.ts';
import type { RootFile, RootTree } from './root-tree.ts';

/** An ELF file of a root. */
export interface ElfFile extends RootFile {
  readonly elf: ElfFacts;
}

/** One DT_NEEDED entry of a loaded file: what it came to. */
export interface LoadedNeed {
  readonly file: ElfFile;
  readonly library: string;
  readonly found: ElfFile | undefined;
  /** A file of that name that the loader passes over, as it is for another machine. */
  readonly foreign: ElfFile | undefined;
}

/** What the loader maps for one start, and how each library name came out. */
export interface LoadResult {
  readonly files: readonly ElfFile[];
  readonly needs: readonly LoadedNeed[];
  /** By name asked for, and by soname. */
  readonly byName: ReadonlyMap<string, ElfFile>;
  /** What a loaded file gets that asks for a library while it runs (dlopen). */
  search(file: ElfFile, library: string): ElfFile | undefined;
}

/**
 * What ld.so does with a program (glibc elf/dl-load.c, dl-deps.c): breadth-first over DT_NEEDED; a name that is loaded,
 * as a file name or as a soname, is not searched again; then RPATH of the file and of those that led to it (unless the
 * file has a RUNPATH), its RUNPATH, ld.so.cache where the root has one, the system folders. A file for another machine is
 * passed over.
 */
export function loadElf(tree: RootTree, start: ElfFile): LoadResult {
  const loaded = new Map<ElfFile, Provenance>([[start, { origin: folderOf(start.path), ancestor: undefined }]]);
  const byName = new Map<string, ElfFile>();
  const needs: LoadedNeed[] = [];
  const enter = (file: ElfFile, name: string): void => {
    if (!byName.has(name)) byName.set(name, file);
    if (file.elf.soname !== undefined && !byName.has(file.elf.soname)) byName.set(file.elf.soname, file);
  };
  const interpreter = start.elf.interpreter === undefined ? undefined : tree.find(start.elf.interpreter);
  if (isElfFile(interpreter)) enter(interpreter, baseName(interpreter.path));
  if (start.elf.soname !== undefined) byName.set(start.elf.soname, start);
  // A Map gives what is added while it is walked: this loop is the breadth-first search.
  for (const file of loaded.keys()) {
    for (const library of file.elf.needed) {
      tree.spend(library.length);
      const known = byName.get(library);
      const outcome = known === undefined ? searchLibrary(tree, { file, library, loaded }) : { found: known };
      needs.push({ file, library, found: outcome.found, foreign: outcome.foreign });
      if (outcome.found === undefined) continue;
      enter(outcome.found, library);
      const ancestor = file.elf.rpath === true ? file : loaded.get(file)?.ancestor;
      if (!loaded.has(outcome.found)) loaded.set(outcome.found, { origin: outcome.folder ?? folderOf(outcome.found.path), ancestor });
    }
  }
  const search = (file: ElfFile, library: string): ElfFile | undefined =>
    byName.get(library) ?? searchLibrary(tree, { file, library, loaded }).found;
  return { files: [...loaded.keys()], needs, byName, search };
}

/**
 * How each library name comes out, where that is the same whoever asks for it and whatever is loaded by then: then what a program loads is
 * known without loading it, and a thousand programs cost no more than their files. Undefined where it isn't: where a name is found in
 * several places, a file has an RPATH (those below it inherit that), a soname is another file's name, or a path is asked for.
 * `files` are of one kind, and all that may load each other.
 */
export function outcomesForAll(tree: RootTree, files: readonly ElfFile[]): ReadonlyMap<string, ElfFile | undefined> | undefined {
  const outcomes = new Map<string, ElfFile | undefined>();
  for (const file of files) {
    const asked = new Set(file.elf.needed);
    if (file.elf.rpath === true || file.elf.needs.some(({ library }) => !asked.has(library))) return undefined;
    for (const library of asked) {
      if (library.includes('/')) return undefined;
      const { found, folder } = searchLibrary(tree, { file, library, loaded: new Map() });
      if ((outcomes.has(library) && outcomes.get(library) !== found) || hasOtherOrigin(found, folder)) return undefined;
      outcomes.set(library, found);
    }
  }
  const isAlike = (name: string | undefined, file: ElfFile): boolean =>
    name === undefined || !outcomes.has(name) || outcomes.get(name) === file;
  const areAlike = files.every((file) => {
    const interpreter = file.elf.interpreter === undefined ? undefined : tree.find(file.elf.interpreter);
    const isLoader =
      !isElfFile(interpreter) || [baseName(interpreter.path), interpreter.elf.soname].every((name) => isAlike(name, interpreter));
    return isLoader && isAlike(file.elf.soname, file);
  });
  return areAlike ? outcomes : undefined;
}

/** Its `$ORIGIN` is where it was found, which is not where it lies. */
function hasOtherOrigin(found: ElfFile | undefined, folder: string | undefined): boolean {
  return found?.elf.runpath?.some((path) => path.includes('ORIGIN')) === true && folder !== folderOf(found.path);
}

export function isElfFile(file: RootFile | undefined): file is ElfFile {
  return file?.elf !== undefined;
}

/** How a file came to be loaded. */
interface Provenance {
  /** `$ORIGIN`: a program's real folder, but the folder in which a library was found, whatever a link there says. */
  readonly origin: string;
  /** The nearest of those that led to it whose RPATH counts for it, too. */
  readonly ancestor: ElfFile | undefined;
}

interface Search {
  readonly file: ElfFile;
  readonly library: string;
  readonly loaded: ReadonlyMap<ElfFile, Provenance>;
}

interface Outcome {
  readonly found?: ElfFile | undefined;
  readonly folder?: string;
  readonly foreign?: ElfFile | undefined;
}

function searchLibrary(tree: RootTree, search: Search): Outcome {
  const { file, library } = search;
  const originOf = (holder: ElfFile): string => search.loaded.get(holder)?.origin ?? folderOf(holder.path);
  const paths = library.includes('/')
    ? [expandOrigin(library, originOf(file))]
    : [
        ...searchFolders(search, originOf).map((folder) => `${folder}/${library}`),
        ...tree.cached(library),
        ...systemFolders(tree, file.elf).map((folder) => `${folder}/${library}`),
      ];
  let foreign: ElfFile | undefined;
  for (const path of paths) {
    const candidate = tree.find(path);
    if (!isElfFile(candidate)) continue;
    if (isSameKind(candidate.elf, file.elf)) return { found: candidate, folder: folderOf(path) };
    foreign ??= candidate;
  }
  return { foreign };
}

function systemFolders(tree: RootTree, elf: ElfFacts): readonly string[] {
  const folders = systemLibraryFolders(elf);
  return tree.unmerged ? folders.flatMap((folder) => [folder.replace('/usr', ''), folder]) : folders;
}

function searchFolders({ file, loaded }: Search, originOf: (holder: ElfFile) => string): readonly string[] {
  const expand = (holder: ElfFile): readonly string[] => (holder.elf.runpath ?? []).map((folder) => expandOrigin(folder, originOf(holder)));
  const hasRunpath = file.elf.runpath !== undefined && file.elf.rpath !== true;
  if (hasRunpath) return expand(file);
  const inherited: string[] = [];
  for (let at: ElfFile | undefined = file; at !== undefined; at = loaded.get(at)?.ancestor) {
    if (at.elf.rpath === true) inherited.push(...expand(at));
  }
  return inherited;
}

function expandOrigin(text: string, origin: string): string {
  return text.replaceAll('${ORIGIN}', origin).replaceAll('$ORIGIN', origin);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
