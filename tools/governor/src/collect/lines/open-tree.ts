import { Failure } from '@moby/model';
import { parseTree, type TreeEntry } from '../git/parse-tree.ts';
import type { GitObjects } from '../git/read-objects.ts';
import type { FileEntry } from '../trees/change.ts';
import { shownPath } from '../trees/shown-path.ts';
import { maxDepth, maxTreeBytes } from '../trees/tree-limits.ts';

/** A tree of a repository, read by path. Paths are as in `Change`; what isn't there is undefined, or empty. */
export interface TreeReader {
  /** Names of the folders and files in a folder, sorted. */
  names(folder: string): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }>;
  /** Files below a folder, by their path from it; links and submodules are among them, by their mode. Throws `limit` for too many. */
  filesBelow(folder: string, maxFiles: number): Promise<ReadonlyMap<string, FileEntry>>;
  /** What stands at a path, unless it is a folder. */
  entry(path: string): Promise<FileEntry | undefined>;
  /** The bytes of a regular file. Throws `limit` where it is larger. */
  file(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
}

/** Folders that are read are kept as long as the reader is. */
export function openTree(objects: GitObjects, tree: string): TreeReader {
  const kept = new Map<string, readonly TreeEntry[]>();
  const entriesOf = async (oid: string): Promise<readonly TreeEntry[]> => {
    const known = kept.get(oid);
    if (known !== undefined) return known;
    const { entries } = parseTree(await objects.read(oid, 'tree', maxTreeBytes));
    kept.set(oid, entries);
    return entries;
  };
  const find = async (path: string): Promise<TreeEntry | undefined> => {
    let at: TreeEntry | undefined = { mode: '40000', kind: 'folder', name: '', oid: tree };
    for (const name of path === '' ? [] : path.split('/')) {
      if (at?.kind !== 'folder') return undefined;
      const bytes = Buffer.from(name).toString('latin1');
      at = (await entriesOf(at.oid)).find((entry) => entry.name === bytes);
    }
    return at;
  };
  const within = async (folder: string): Promise<readonly TreeEntry[]> => {
    const found = await find(folder);
    return found?.kind === 'folder' ? entriesOf(found.oid) : [];
  };
  return {
    names: async (folder) => {
      const entries = await within(folder);
      const named = (isFolder: boolean): readonly string[] =>
        entries.filter(({ kind }) => (kind === 'folder') === isFolder).map(({ name }) => shownPath(name));
      return { folders: named(true), files: named(false) };
    },
    filesBelow: async (folder, maxFiles) => {
      const files = new Map<string, FileEntry>();
      const walk = async (path: string, entries: readonly TreeEntry[], depth: number): Promise<void> => {
        for (const { name, kind, mode, oid } of entries) {
          if (depth > maxDepth || files.size > maxFiles)
            throw new Failure({
              code: 'limit',
              message: `\`${folder}\` has more than ${maxFiles} files, or more than ${maxDepth} folders in folders`,
            });
          const own = path + shownPath(name);
          if (kind === 'folder') await walk(`${own}/`, await entriesOf(oid), depth + 1);
          else files.set(own, { mode, oid });
        }
      };
      await walk('', await within(folder), 0);
      return files;
    },
    entry: async (path) => {
      const found = await find(path);
      return found === undefined || found.kind === 'folder' ? undefined : { mode: found.mode, oid: found.oid };
    },
    file: async (path, maxBytes) => {
      const found = await find(path);
      return found?.kind === 'file' ? objects.read(found.oid, 'blob', maxBytes) : undefined;
    },
  };
}
