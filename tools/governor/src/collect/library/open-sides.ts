import { parseComponentName } from '@moby/model';
import type { LibraryComponent, LibrarySide } from '../../library/library-side.ts';
import { openSide } from '../../library/open-side.ts';
import type { GitObjects } from '../git/read-objects.ts';
import { parseTree, type TreeEntry } from '../git/parse-tree.ts';
import type { TreeReader } from '../lines/open-tree.ts';
import type { Merge } from '../merge/merge-changes.ts';
import type { FileEntry } from '../trees/change.ts';
import { maxTreeBytes } from '../trees/tree-limits.ts';
import type { LibraryIndex } from './library-index.ts';
import { readLibraryComponent } from './read-library-component.ts';

export interface LibraryTrees {
  readonly objects: GitObjects;
  readonly tree: TreeReader;
  /** The oid of the base's tree. */
  readonly base: string;
  readonly laid: Merge['laid'];
}

/** Files of one component that are looked at, in all its lines. */
export const maxComponentFiles = 20_000;

/** The library on both sides. Of a component that nothing is laid over both sides have the same. */
export async function openSides(
  trees: LibraryTrees,
  index: LibraryIndex,
): Promise<{ readonly before: LibrarySide; readonly after: LibrarySide }> {
  const before = new Map<string, LibraryComponent>();
  for (const { name, oid } of await foldersOf(trees)) before.set(name, index.find(oid) ?? (await readAnew(trees, index, { name, oid })));
  const after = new Map(before);
  for (const name of laidComponents(trees.laid)) {
    const component = await readMerged(trees, name);
    if (component === undefined) after.delete(name);
    else after.set(name, component);
  }
  index.keep();
  return { before: openSide(before), after: openSide(after) };
}

/** Components that something is laid over. */
export function laidComponents(laid: Merge['laid']): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of laid.keys()) {
    const [top, name, ...rest] = path.split('/');
    if (top === 'components' && name !== undefined && rest.length > 0 && parseComponentName(name) !== undefined) names.add(name);
  }
  return names;
}

/** The files of a component after the merge, by their paths in its folder. */
export async function mergedFiles({ tree, laid }: LibraryTrees, name: string): Promise<ReadonlyMap<string, FileEntry>> {
  const folder = `components/${name}/`;
  const files = new Map(await tree.filesBelow(`components/${name}`, maxComponentFiles));
  for (const [path, entry] of laid) {
    if (!path.startsWith(folder)) continue;
    if (entry === undefined) files.delete(path.slice(folder.length));
    else files.set(path.slice(folder.length), entry);
  }
  return files;
}

interface NamedFolder {
  readonly name: string;
  readonly oid: string;
}

async function foldersOf({ objects, base }: LibraryTrees): Promise<readonly NamedFolder[]> {
  const top = (await entriesOf(objects, base)).find(({ name, kind }) => name === 'components' && kind === 'folder');
  if (top === undefined) return [];
  return (await entriesOf(objects, top.oid)).filter(({ name, kind }) => kind === 'folder' && parseComponentName(name) !== undefined);
}

async function readAnew({ objects }: LibraryTrees, index: LibraryIndex, { name, oid }: NamedFolder): Promise<LibraryComponent> {
  const entries = await entriesOf(objects, oid);
  const folders = new Map<string, FileEntry | undefined>();
  for (const entry of entries.filter(({ kind }) => kind === 'folder'))
    folders.set(
      entry.name,
      (await entriesOf(objects, entry.oid)).find((file) => file.name === 'package.json'),
    );
  const owners = entries.find((entry) => entry.name === 'OWNERS.yaml');
  const component = await readLibraryComponent(objects, { name, owners, folders });
  index.add(oid, component);
  return component;
}

/** Undefined where nothing is left. */
async function readMerged(trees: LibraryTrees, name: string): Promise<LibraryComponent | undefined> {
  const files = await mergedFiles(trees, name);
  if (files.size === 0) return undefined;
  const folders = new Map<string, FileEntry | undefined>();
  for (const path of files.keys()) {
    const slash = path.indexOf('/');
    if (slash > 0) folders.set(path.slice(0, slash), files.get(`${path.slice(0, slash)}/package.json`));
  }
  return readLibraryComponent(trees.objects, { name, owners: files.get('OWNERS.yaml'), folders });
}

async function entriesOf(objects: GitObjects, oid: string): Promise<readonly TreeEntry[]> {
  return parseTree(await objects.read(oid, 'tree', maxTreeBytes)).entries;
}
