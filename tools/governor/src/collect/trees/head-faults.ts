import type { ParsedTree, TreeEntry } from '../git/parse-tree.ts';
import { foldName } from './fold-name.ts';
import { decodeName, nameFault } from './name-faults.ts';
import { shownPath } from './shown-path.ts';
import type { TreeFault } from './tree-fault.ts';

/** A folder of the head that differs from the base's. */
export interface HeadFolder {
  /** Its path's bytes, one character a byte; empty for the top. */
  readonly path: string;
  readonly head: ParsedTree;
  /** By name, one of each; empty where the base has no such folder. */
  readonly base: ReadonlyMap<string, TreeEntry>;
}

/**
 * What is wrong with a folder's own list of entries: MOBY-G004 and G006. A name that the base has already is tolerated, a pair of names of
 * which both are there already too: what somebody else changes beside it is not to blame.
 */
export function* headFaults({ path, head, base }: HeadFolder): Iterable<TreeFault> {
  const at = (name: string): string => shownPath(path, name);
  if (head.isCut)
    yield { rule: 'tree-sane', clause: 'cut', path: at(''), message: 'the folder’s entries end, or stop being entries, in the middle' };
  if (head.entries.length === 0 && path !== '' && !head.isCut)
    yield { rule: 'tree-sane', clause: 'empty-folder', path: at(''), message: 'the folder is empty: git itself keeps none' };
  if (!isSorted(head.entries))
    yield { rule: 'tree-sane', clause: 'unsorted', path: at(''), message: 'the folder’s entries are not in git’s order' };
  const seen = new Set<string>();
  const folded = new Map<string, string>();
  for (const { name } of head.entries) {
    if (seen.has(name))
      yield {
        rule: 'tree-sane',
        clause: 'duplicate',
        path: at(name),
        message: 'the name stands twice in its folder: readers take one or the other',
      };
    seen.add(name);
    const fault = base.has(name) ? undefined : nameFault(name, /^components(?:\/|$)/.test(path));
    if (fault !== undefined) yield { rule: 'tree-sane', clause: fault.clause, path: at(name), message: `the name ${fault.why}` };
    const fold = foldName(decodeName(name) ?? name);
    const other = folded.get(fold) ?? name;
    folded.set(fold, other);
    if (other !== name && !(base.has(name) && base.has(other)))
      yield {
        rule: 'case-fold',
        clause: 'pair',
        path: at(name),
        message: `\`${at(other)}\` and it are one file where case or Unicode forms don’t count`,
      };
  }
}

/** git compares as if a folder's name ended in a slash. */
function isSorted(entries: readonly TreeEntry[]): boolean {
  const key = ({ name, kind }: TreeEntry): string => (kind === 'folder' ? `${name}/` : name);
  return entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || before.name === entry.name || key(before) < key(entry);
  });
}
