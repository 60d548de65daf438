import type { ChangeLimits } from '../../judge/policy.ts';
import type { GitObjects } from '../git/read-objects.ts';
import { kindOf, parseTree, type ParsedTree, type TreeEntry } from '../git/parse-tree.ts';
import { Failure } from '@moby/model';
import { cloneAgain, unreadableRepository } from '../git/unreadable-repository.ts';
import { after, comparePaths, type Change } from './change.ts';
import { headFaults } from './head-faults.ts';
import { kindFault } from './kind-fault.ts';
import { shownPath } from './shown-path.ts';
import type { TreeFault } from './tree-fault.ts';
import { maxDepth, maxFaults, maxOpenBytes, maxOpenTrees, maxTreeBytes, type LimitReached } from './tree-limits.ts';

/** What a head changes of its base. */
export interface TreeDiff {
  /** Sorted by the bytes of their paths, as git sorts. */
  readonly changes: readonly Change[];
  readonly faults: readonly TreeFault[];
  /** Where it is there, `changes` and `faults` end somewhere in the middle. */
  readonly reached?: LimitReached;
}

export interface ToDiff {
  readonly objects: GitObjects;
  /** Oids of trees; of the empty tree for nothing. */
  readonly base: string;
  readonly head: string;
  readonly limits: ChangeLimits;
}

/**
 * Compares two trees. Equal oids are equal without a look; a folder is read only where its oids differ. Names are joined as they are, byte
 * by byte; a file in place of a folder is deletions and an addition. Of the head, what no checkout should meet is told (`faults`).
 */
export async function diffTrees({ objects, base, head, limits }: ToDiff): Promise<TreeDiff> {
  const walk = new Walk(objects, limits);
  try {
    await walk.folder('', { base: folderEntry(base), head: folderEntry(head) }, 0);
    walk.weigh();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { changes: sorted(walk.changes), faults: walk.faults, reached: error.reached };
  }
  return { changes: sorted(walk.changes), faults: walk.faults };
}

interface Pair {
  readonly base?: TreeEntry | undefined;
  readonly head?: TreeEntry | undefined;
}

/** Ends a walk at a limit. */
class Stop extends Error {
  readonly reached: LimitReached;

  constructor(reached: LimitReached) {
    super(reached.limit);
    this.reached = reached;
  }
}

/** Trees that are kept: at most so many, each of at most so many bytes. */
const [maxSmallTrees, smallTreeBytes] = [256, 16 * 1024];

const noTree: ParsedTree = { entries: [], isCut: false };

class Walk {
  readonly changes: Change[] = [];
  readonly faults: TreeFault[] = [];
  readonly #objects: GitObjects;
  readonly #limits: ChangeLimits;
  readonly #components = new Set<string>();
  /** One object may stand at thousands of places; so many are read once. */
  readonly #small = new Map<string, ParsedTree>();
  #opened = 0;
  #openedBytes = 0;

  constructor(objects: GitObjects, limits: ChangeLimits) {
    this.#objects = objects;
    this.#limits = limits;
  }

  /** Both sides of a folder, of which one may be missing; `path` is the path's bytes, one character a byte. */
  async folder(path: string, { base, head }: Pair, depth: number): Promise<void> {
    if (base?.oid === head?.oid) return;
    if (depth > maxDepth) return this.#tooDeep(path, head);
    const before = base === undefined ? noTree : await this.#open(path, base.oid, 'base');
    const now = head === undefined ? noTree : await this.#open(path, head.oid, 'head');
    const old = new Map(before.entries.map((entry) => [entry.name, entry]));
    if (now !== noTree) this.#tell(headFaults({ path, head: now, base: old }));
    const names = new Set(now.entries.map(({ name }) => name));
    for (const entry of before.entries) if (!names.has(entry.name)) await this.#entry(path, { base: entry }, depth);
    for (const entry of now.entries) {
      const was = old.get(entry.name);
      if (was?.oid !== entry.oid || was.mode !== entry.mode) await this.#entry(path, { base: was, head: entry }, depth);
    }
  }

  async #entry(folder: string, { base, head }: Pair, depth: number): Promise<void> {
    const name = head?.name ?? base?.name ?? '';
    const path = folder === '' ? name : `${folder}/${name}`;
    const shown = shownPath(path);
    if (head !== undefined) {
      const fault = kindFault(shown, head, base);
      if (fault !== undefined) this.#tell([fault]);
    }
    const [was, is] = [base?.kind === 'folder', head?.kind === 'folder'];
    if (was || is) await this.folder(path, { ...(was ? { base } : {}), ...(is ? { head } : {}) }, depth + 1);
    const [before, now] = [was ? undefined : base, is ? undefined : head];
    if (before !== undefined && now !== undefined) this.#add({ status: 'modified', path: shown, ...fileOf(now), before: fileOf(before) });
    else if (now !== undefined) this.#add({ status: 'added', path: shown, ...fileOf(now) });
    else if (before !== undefined) this.#add({ status: 'deleted', path: shown, before: fileOf(before) });
  }

  async #open(path: string, oid: string, side: 'base' | 'head'): Promise<ParsedTree> {
    this.#opened += 1;
    if (this.#opened > maxOpenTrees) throw new Stop({ limit: 'folders', most: maxOpenTrees });
    const { type, size } = this.#objects.headOf(oid);
    if (side === 'head') {
      if (type !== 'tree') {
        this.#tell([wrongObject(shownPath(path), type)]);
        return noTree;
      }
      this.#openedBytes += size;
      if (size > maxTreeBytes) throw new Stop({ limit: 'folder-bytes', most: maxTreeBytes, path: shownPath(path) });
      if (this.#openedBytes > maxOpenBytes) throw new Stop({ limit: 'folder-bytes', most: maxOpenBytes });
    }
    const tree = this.#small.get(oid) ?? parseTree(await this.#objects.read(oid, 'tree', maxTreeBytes));
    if (size <= smallTreeBytes && this.#small.size < maxSmallTrees) this.#small.set(oid, tree);
    if (side === 'base' && tree.isCut)
      throw unreadableRepository(`the folder \`${shownPath(path)}\` of the base is no tree of git`, cloneAgain);
    return tree;
  }

  #tell(faults: Iterable<TreeFault>): void {
    for (const fault of faults) {
      if (this.faults.length >= maxFaults) throw new Stop({ limit: 'faults', most: maxFaults });
      this.faults.push(fault);
    }
  }

  #tooDeep(path: string, head: TreeEntry | undefined): void {
    if (head === undefined)
      throw new Failure({ code: 'limit', message: `\`${shownPath(path)}\` of the base lies more than ${maxDepth} folders deep` });
    this.#tell([{ rule: 'tree-sane', clause: 'too-deep', path: shownPath(path), message: `it lies more than ${maxDepth} folders deep` }]);
  }

  #add(change: Change): void {
    if (this.changes.length >= this.#limits.paths) throw new Stop({ limit: 'paths', most: this.#limits.paths });
    const component = /^components\/([^/]+)\//.exec(change.path)?.[1];
    if (component !== undefined && !this.#components.has(component)) {
      if (this.#components.size >= this.#limits.components) throw new Stop({ limit: 'components', most: this.#limits.components });
      this.#components.add(component);
    }
    this.changes.push(change);
  }

  /** Sizes stand before an object's bytes, which nobody reads for this. */
  weigh(): void {
    let added = 0;
    for (const change of this.changes) {
      const now = after(change);
      const isSame = change.status === 'modified' && change.before.oid === now?.oid;
      if (now === undefined || isSame || !['file', 'symlink'].includes(kindOf(now.mode))) continue;
      const { type, size } = this.#objects.headOf(now.oid);
      if (type !== 'blob') this.#tell([wrongObject(change.path, type)]);
      if (size > this.#limits.blobBytes) throw new Stop({ limit: 'blob-bytes', most: this.#limits.blobBytes, path: change.path });
      added += size;
    }
    if (added > this.#limits.addedBytes) throw new Stop({ limit: 'added-bytes', most: this.#limits.addedBytes });
  }
}

/** Whoever fetches with git's own checks never gets one. */
function wrongObject(path: string, type: string): TreeFault {
  return { rule: 'tree-sane', clause: 'wrong-object', path, message: `its object is a ${type}, which its mode doesn’t say` };
}

function folderEntry(oid: string): TreeEntry {
  return { mode: '40000', kind: 'folder', name: '', oid };
}

function fileOf({ mode, oid }: TreeEntry): { readonly mode: string; readonly oid: string } {
  return { mode, oid };
}

function sorted(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((a, b) => comparePaths(a.path, b.path));
}
