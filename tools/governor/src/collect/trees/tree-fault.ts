import type { NameFault } from './name-faults.ts';

/** Something in the head's trees that no reviewer would see, and that some reader takes otherwise than git. */
export interface TreeFault {
  /** MOBY-G004, G005, G006. */
  readonly rule: 'tree-sane' | 'entry-kind' | 'case-fold';
  readonly clause:
    | NameFault['clause']
    | 'duplicate'
    | 'unsorted'
    | 'cut'
    | 'too-deep'
    | 'empty-folder'
    | 'wrong-object'
    | EntryKindClause
    | 'pair';
  /** As `Change.path`; of a folder where it is about the folder. */
  readonly path: string;
  /** A phrase, with names in it as they are: whoever prints it makes it harmless. */
  readonly message: string;
}

export type EntryKindClause = 'symlink' | 'submodule' | 'executable' | 'other-mode';
