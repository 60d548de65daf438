import { diffTrees, openRepository, type Commit, type Repository } from '@moby/governor/collect';
import { branchTip, checkedOut } from './write-ref.ts';
import { isSweepCommit } from './sweep-commit.ts';

/** What may be done with a branch that a change belongs on. */
export type BranchState =
  | { readonly kind: 'missing' }
  /** It holds an older change of the sweep, and nobody has worked on it. */
  | { readonly kind: 'ours'; readonly tip: string }
  | { readonly kind: 'same'; readonly tip: string }
  | { readonly kind: 'others'; readonly tip: string; readonly why: string };

export interface ToSettle {
  readonly git: string;
  readonly folder: string;
  readonly branch: string;
  readonly base: Commit;
  /** What the change makes of the base's tree. */
  readonly tree: string;
}

const limits = { paths: 10_000, components: 10_000, blobBytes: Number.MAX_SAFE_INTEGER, addedBytes: Number.MAX_SAFE_INTEGER };

/** Looks at a branch before anything is written to it. */
export async function settleBranch({ git, folder, branch, base, tree }: ToSettle): Promise<BranchState> {
  const tip = await branchTip(git, branch);
  if (tip === undefined) return { kind: 'missing' };
  // What was written since the sweep began is read, too.
  const repository = openRepository(folder);
  const commit = await repository.readCommit(tip);
  if (!isSweepCommit(commit)) return { kind: 'others', tip, why: 'it holds commits that are not the sweep’s' };
  const before = await repository.readCommit(commit.parents[0] ?? base.oid);
  if ((await changesOf(repository, before.tree, commit.tree)) === (await changesOf(repository, base.tree, tree)))
    return { kind: 'same', tip };
  if ((await checkedOut(git)).has(branch)) return { kind: 'others', tip, why: 'it is checked out' };
  return { kind: 'ours', tip };
}

/** The files that differ and what they become, as a text to compare. */
async function changesOf({ objects }: Repository, base: string, head: string): Promise<string> {
  const { changes } = await diffTrees({ objects, base, head, limits });
  return changes.map((change) => `${change.path} ${change.status === 'deleted' ? '-' : `${change.mode} ${change.oid}`}`).join('\n');
}
