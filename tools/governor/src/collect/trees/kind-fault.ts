import type { TreeEntry } from '../git/parse-tree.ts';
import type { EntryKindClause, TreeFault } from './tree-fault.ts';

/** MOBY-G005: a file that is new or other, and no regular one. `before`: what the base has at the path. */
export function kindFault(path: string, entry: TreeEntry, before: TreeEntry | undefined): TreeFault | undefined {
  const clause = clauseOf(path, entry, before);
  if (clause === undefined) return undefined;
  return { rule: 'entry-kind', clause, path, message: messages[clause](entry.mode) };
}

const messages: Readonly<Record<EntryKindClause, (mode: string) => string>> = {
  symlink: () => 'it is a symbolic link, which leads wherever it likes; links of a payload are written under `links`',
  submodule: () => 'it is a commit of another repository, which nobody reviews here',
  executable: () => 'it is executable; only files below `files/` and `test/` of a component are',
  'other-mode': (mode) => `its mode is ${mode}, which git doesn’t write`,
};

function clauseOf(path: string, { kind, mode }: TreeEntry, before: TreeEntry | undefined): EntryKindClause | undefined {
  switch (kind) {
    case 'symlink':
      return 'symlink';
    case 'submodule':
      return 'submodule';
    case 'folder':
      return mode === '40000' ? undefined : 'other-mode';
    case 'file':
      if (mode === '100644') return undefined;
      if (mode !== '100755') return 'other-mode';
      return before?.mode === mode || /^components\/[^/]+\/[^/]+\/(?:files|test)\//.test(path) ? undefined : 'executable';
    case 'other':
      return 'other-mode';
  }
}
