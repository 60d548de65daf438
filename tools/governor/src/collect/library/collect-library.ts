import { needsOf, parseInLibrary, type LibraryView, type ParsedInLibrary } from '@moby/composer/library';
import { Failure, type Manifest } from '@moby/model';
import type { AssemblyChange, LibraryChange } from '../../library/library-change.ts';
import type { LibrarySide } from '../../library/library-side.ts';
import { reachable } from '../../library/reachable.ts';
import type { GitObjects } from '../git/read-objects.ts';
import { kindOf } from '../git/parse-tree.ts';
import { openTree, type TreeReader } from '../lines/open-tree.ts';
import type { Merge } from '../merge/merge-changes.ts';
import type { FileEntry } from '../trees/change.ts';
import { judgeAssembly } from './judge-assembly.ts';
import { openLibraryIndex } from './library-index.ts';
import { maxComponentFiles, mergedFiles, openSides, type LibraryTrees } from './open-sides.ts';
import { readManifestEntry } from './read-library-component.ts';
import { openSingleTreeRegistry } from './single-tree-registry.ts';
import { touchedTrees } from './touched-trees.ts';
import { TreeRegistry } from './tree-registry.ts';

export interface ToCollectLibrary {
  readonly objects: GitObjects;
  /** The oid of the base's tree, and what is laid over it (`mergeChanges`). */
  readonly base: string;
  readonly laid: Merge['laid'];
  /** Where the library's index is kept between reviews; undefined for nowhere. */
  readonly cacheFolder: string | undefined;
}

/** Assemblies of one library that are judged. */
const maxAssemblies = 1000;

/** Reads the library on both sides of a merge, and judges each assembly that can come to look at what is touched. Throws `limit`. */
export async function collectLibrary({ objects, base, laid, cacheFolder }: ToCollectLibrary): Promise<LibraryChange> {
  const trees: LibraryTrees = { objects, tree: openTree(objects, base), base, laid };
  const sides = await openSides(trees, openLibraryIndex(cacheFolder));
  const before = openView(trees, sides.before, undefined);
  const after = openView(trees, sides.after, before);
  const touched = touchedTrees(laid);
  const assemblies: AssemblyChange[] = [];
  for (const name of await assemblyNames(trees)) {
    const change = await changeOf({ name, before, after, touched, laid });
    if (change !== undefined) assemblies.push(change);
  }
  return { before: sides.before, after: sides.after, assemblies };
}

interface OpenView {
  readonly side: LibrarySide;
  readonly registry: TreeRegistry;
  readonly view: LibraryView;
}

/** `base`: the other side, where this is the merge. */
function openView(trees: LibraryTrees, side: LibrarySide, base: OpenView | undefined): OpenView {
  const { objects, tree } = trees;
  const filesOf = async (component: string, line: string): Promise<ReadonlyMap<string, FileEntry>> =>
    base === undefined
      ? tree.filesBelow(`components/${component}/${line}`, maxComponentFiles)
      : below(await mergedFiles(trees, component), `${line}/`);
  const registry = new TreeRegistry({ objects, side, filesOf, ...(base === undefined ? {} : { same: base.registry }) });
  const laid: Merge['laid'] = base === undefined ? new Map() : trees.laid;
  return { side, registry, view: viewOf({ objects, tree, laid, registry }) };
}

function below(files: ReadonlyMap<string, FileEntry>, folder: string): ReadonlyMap<string, FileEntry> {
  return new Map([...files].flatMap(([path, entry]) => (path.startsWith(folder) ? [[path.slice(folder.length), entry] as const] : [])));
}

interface Viewed {
  readonly objects: GitObjects;
  readonly tree: TreeReader;
  readonly laid: Merge['laid'];
  readonly registry: TreeRegistry;
}

function viewOf({ objects, tree, laid, registry }: Viewed): LibraryView {
  const file: LibraryView['file'] = async (path, maxBytes) => {
    if (!laid.has(path)) return tree.file(path, maxBytes);
    const entry = laid.get(path);
    return entry === undefined || kindOf(entry.mode) !== 'file' ? undefined : objects.read(entry.oid, 'blob', maxBytes);
  };
  const ownComponent: LibraryView['ownComponent'] = async (folder) => {
    const files = new Map(await tree.filesBelow(folder, maxComponentFiles));
    for (const [path, entry] of laid) {
      if (!path.startsWith(`${folder}/`)) continue;
      if (entry === undefined) files.delete(path.slice(folder.length + 1));
      else files.set(path.slice(folder.length + 1), entry);
    }
    const manifest = await ownManifest(objects, folder, files.get('package.json'));
    return { manifest, registry: openSingleTreeRegistry({ objects, folder, manifest, files }) };
  };
  return { file, registry, ownComponent };
}

async function ownManifest(objects: GitObjects, folder: string, entry: FileEntry | undefined): Promise<Manifest> {
  const file = `${folder}/package.json`;
  if (entry === undefined)
    throw new Failure({ code: 'not-found', message: `there is no component in \`${folder}\`: it has no package.json` });
  const manifest = await readManifestEntry(objects, entry, file);
  if (manifest === undefined) throw new Failure({ code: 'invalid-input', message: `\`${file}\` is not a component's manifest` });
  return manifest;
}

/** On either side, sorted. */
async function assemblyNames({ tree, laid }: LibraryTrees): Promise<readonly string[]> {
  const names = new Set((await tree.names('assemblies')).folders);
  for (const path of laid.keys()) {
    const [top, name, ...rest] = path.split('/');
    if (top === 'assemblies' && name !== undefined && rest.length > 0) names.add(name);
  }
  if (names.size > maxAssemblies)
    throw new Failure({ code: 'limit', message: `the library has ${names.size} assemblies; at most ${maxAssemblies} are judged` });
  return [...names].sort();
}

interface Asked {
  readonly name: string;
  readonly before: OpenView;
  readonly after: OpenView;
  readonly touched: ReadonlySet<string>;
  readonly laid: Merge['laid'];
}

/** Undefined for an assembly that nothing of the change can reach: both sides give it the same to resolve and to check. */
async function changeOf({ name, before, after, touched, laid }: Asked): Promise<AssemblyChange | undefined> {
  const was = await parseInLibrary(name, before.view);
  const isOther = laysOver(laid, name, was);
  if (!isOther && !reaches(before, was, touched) && !reaches(after, was, touched)) return undefined;
  const is = await parseInLibrary(name, after.view);
  if (was === undefined && is === undefined) return undefined;
  return {
    name,
    touched: isOther,
    ...(was === undefined ? {} : { before: await judgeAssembly(was) }),
    ...(is === undefined ? {} : { after: await judgeAssembly(is) }),
  };
}

/** Whether the merge has another file where the assembly looks for one, or one below its folder. */
function laysOver(laid: Merge['laid'], name: string, parsed: ParsedInLibrary | undefined): boolean {
  const folders = [`assemblies/${name}/`, ...[...(parsed?.looked ?? [])].filter((path) => path.endsWith('/'))];
  return [...laid.keys()].some((path) => parsed?.looked.has(path) === true || folders.some((folder) => path.startsWith(folder)));
}

function reaches({ side }: OpenView, parsed: ParsedInLibrary | undefined, touched: ReadonlySet<string>): boolean {
  if (parsed?.parsed.ok !== true || touched.size === 0) return false;
  const { wished, own } = parsed.parsed.value;
  const names = reachable(side, [...wished.names, ...wished.capabilities, ...own.flatMap(needsOf)]);
  return [...touched].some((name) => names.has(name));
}
