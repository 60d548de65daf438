import { parseTree, type FileEntry, type GitObjects, type TreeEntry } from '@moby/governor/collect';
import type { WriteObject } from './write-objects.ts';

/** Files by their paths from the top; undefined takes one away. */
export type TreeChanges = ReadonlyMap<string, FileEntry | undefined>;

export interface TreeEdit {
  readonly objects: GitObjects;
  readonly write: WriteObject;
  readonly tree: string;
  readonly changes: TreeChanges;
}

/** The most that one folder's entries may take, in bytes. */
const maxTreeBytes = 16 * 1024 ** 2;

/** A tree with some files otherwise; entries that are not named stay as they stand, also such as git would not write. Gives its oid. */
export async function treeWith({ objects, write, tree, changes }: TreeEdit): Promise<string> {
  const { entries } = parseTree(await objects.read(tree, 'tree', maxTreeBytes));
  const kept = new Map(entries.map((entry) => [entry.name, entry]));
  const below = new Map<string, Map<string, FileEntry | undefined>>();
  for (const [path, entry] of changes) {
    const slash = path.indexOf('/');
    const name = Buffer.from(slash < 0 ? path : path.slice(0, slash)).toString('latin1');
    if (slash >= 0) below.set(name, (below.get(name) ?? new Map<string, FileEntry | undefined>()).set(path.slice(slash + 1), entry));
    else if (entry === undefined) kept.delete(name);
    else kept.set(name, { ...entry, kind: 'file', name });
  }
  for (const [name, inner] of below) {
    const before = kept.get(name);
    const oid = await treeWith({ objects, write, tree: before?.kind === 'folder' ? before.oid : emptyTree, changes: inner });
    if (oid === emptyTree) kept.delete(name);
    else kept.set(name, { mode: before?.kind === 'folder' ? before.mode : '40000', kind: 'folder', name, oid });
  }
  if (kept.size === 0) return emptyTree;
  return write('tree', Buffer.concat([...kept.values()].toSorted(compareEntries).map(bytesOf)));
}

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** As git sorts a tree: a folder as if a slash stood behind its name. */
function compareEntries(a: TreeEntry, b: TreeEntry): number {
  return Buffer.compare(keyOf(a), keyOf(b));
}

function keyOf({ name, kind }: TreeEntry): Buffer {
  return Buffer.from(kind === 'folder' ? `${name}/` : name, 'latin1');
}

function bytesOf({ mode, name, oid }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(oid, 'hex')]);
}
