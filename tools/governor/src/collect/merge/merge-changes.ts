import { after, comparePaths, type Change, type FileEntry } from '../trees/change.ts';

/** MOBY-G007: a path that both sides changed, each to something else; or a file on one side and a folder on the other. */
export interface MergeConflict {
  readonly clause: 'both-changed' | 'file-and-folder';
  readonly path: string;
  readonly message: string;
}

/** The changes of a head, laid over a target that has moved on since the base. */
export interface Merge {
  readonly conflicts: readonly MergeConflict[];
  /** What the merge has at a path that the head changed: nothing where undefined. All other paths are as in the target. */
  readonly laid: ReadonlyMap<string, FileEntry | undefined>;
}

/** The changes from the base to each side (`diffTrees`) → what their merge would be. Nothing is written, and no file is merged line by line. */
export function mergeChanges(sides: { readonly head: readonly Change[]; readonly target: readonly Change[] }): Merge {
  const head = byPath(sides.head);
  const target = byPath(sides.target);
  const conflicts: MergeConflict[] = [];
  for (const [path, change] of head) {
    const other = target.get(path);
    if (other !== undefined && !isSame(after(change), after(other)))
      conflicts.push({ clause: 'both-changed', path, message: 'the target has changed it too, to something else' });
  }
  conflicts.push(...crossings(head, target, 'the target has a folder there, and the change a file'));
  conflicts.push(...crossings(target, head, 'the change has a folder there, and the target a file'));
  return {
    conflicts: conflicts.toSorted((a, b) => comparePaths(a.path, b.path)),
    laid: new Map([...head].map(([path, change]) => [path, after(change)])),
  };
}

/** Paths at which one side puts a file, and below which the other puts one. */
function crossings(files: ReadonlyMap<string, Change>, others: ReadonlyMap<string, Change>, message: string): readonly MergeConflict[] {
  const found = new Set<string>();
  for (const [path, change] of others) {
    if (after(change) === undefined) continue;
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const file = files.get(path.slice(0, slash));
      if (file !== undefined && after(file) !== undefined) found.add(path.slice(0, slash));
    }
  }
  return [...found].map((path) => ({ clause: 'file-and-folder', path, message }));
}

function byPath(changes: readonly Change[]): ReadonlyMap<string, Change> {
  return new Map(changes.map((change) => [change.path, change]));
}

function isSame(a: FileEntry | undefined, b: FileEntry | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}
