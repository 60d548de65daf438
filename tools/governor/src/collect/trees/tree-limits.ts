/** What stopped a comparison. The changes that came before are there; those behind are not. */
export interface LimitReached {
  readonly limit: 'paths' | 'components' | 'blob-bytes' | 'added-bytes' | 'folders' | 'folder-bytes' | 'faults';
  readonly most: number;
  /** The file or folder; missing where it is about all of them. */
  readonly path?: string;
}

/** Of one folder's entries: some 100,000 of them. */
export const maxTreeBytes: number = 4 * 1024 ** 2;
/** Folders that one comparison opens: a tree of few objects can have more paths than there are atoms. */
export const maxOpenTrees = 20_000;
/** Of all that it opens of the head. */
export const maxOpenBytes: number = 64 * 1024 ** 2;
/** Folders in folders. */
export const maxDepth = 32;
/** Beyond, a head is refused whatever else is in it. */
export const maxFaults = 200;
