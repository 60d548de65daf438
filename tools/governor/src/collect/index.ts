export { openRepository, type Commit, type Repository } from './git/open-repository.ts';
export type { ObjectHead, ObjectType } from './git/object-sizes.ts';
export { parseCommit, type CommitSignature, type ParsedCommit, type Person } from './git/parse-commit.ts';
export type { GitObjects } from './git/read-objects.ts';
export { openTree, type TreeReader } from './lines/open-tree.ts';
export type { AddedFile, Change, DeletedFile, FileEntry, ModifiedFile } from './trees/change.ts';
export { diffTrees, type ToDiff, type TreeDiff } from './trees/diff-trees.ts';
export type { TreeFault } from './trees/tree-fault.ts';
export type { LimitReached } from './trees/tree-limits.ts';
