import { Failure } from '@moby/model';
import type { ChangeLimits, Policy } from '../judge/policy.ts';
import type { ReviewFacts } from '../review/review-facts.ts';
import { commitsBetween, type CommitRange } from './commits/commits-between.ts';
import { findMergeBase } from './commits/find-merge-base.ts';
import { openRepository, type Commit, type Repository } from './git/open-repository.ts';
import { openTree } from './lines/open-tree.ts';
import { questionsOf, type LineQuestion } from './lines/questions-of.ts';
import { touchedComponents, type Touched } from './lines/touched-components.ts';
import { mergeChanges, type Merge } from './merge/merge-changes.ts';
import { readPolicyFile } from './policy-file.ts';
import { diffTrees, type TreeDiff } from './trees/diff-trees.ts';

export interface ToCollect {
  /** The repository. */
  readonly folder: string;
  /** The folder of objects of a push that isn't taken yet (`quarantineOf`). */
  readonly quarantine?: string;
  /** Revisions: what is merged into, as it is now, and what is to be merged. */
  readonly base: string;
  readonly head: string;
  /** Where the head left the base, if a forge has said it; else history tells. */
  readonly mergeBase?: string;
  /** Reads the policy file of the base, undefined where it has none. */
  readonly policyOf: (text: Uint8Array | undefined) => Policy | Promise<Policy>;
  readonly facts?: ReviewFacts;
}

/** A pull request as far as git knows it. */
export interface CollectedReview {
  readonly repository: Repository;
  readonly base: Commit;
  readonly head: Commit;
  /** `assumed`: nobody knows where the head left the base, so the base's own tree is what its changes are measured from. */
  readonly mergeBase: { readonly oid: string; readonly from: 'forge' | 'history' | 'assumed' };
  readonly policy: Policy;
  readonly commits: CommitRange;
  readonly diff: TreeDiff;
  readonly merge: Merge;
  readonly touched: Touched;
  /** Missing where the trees, their size or their merge have faults: what else could be said would not be true. */
  readonly questions?: readonly LineQuestion[];
}

/** How far a base may have moved on: a change that waits that long is brought up to date first. */
export const baseMoved: ChangeLimits = {
  paths: 50_000,
  components: 50_000,
  blobBytes: Number.MAX_SAFE_INTEGER,
  addedBytes: Number.MAX_SAFE_INTEGER,
};

/** A repository and two revisions → all that rules may know of them. Policy, owners and names are the base's; a line is judged as the merge would have it. */
export async function collectReview({ folder, quarantine, policyOf, facts, ...revisions }: ToCollect): Promise<CollectedReview> {
  const repository = openRepository(folder, quarantine);
  const { objects } = repository;
  const base = await repository.commitOf(revisions.base);
  const head = await repository.commitOf(revisions.head);
  const policy = await policyOf(await readPolicyFile(openTree(objects, base.tree)));
  const commits = await commitsBetween({ repository, base: base.oid, head: head.oid });
  const { from, commit } = await mergeBaseOf(repository, { given: revisions.mergeBase, commits, base });
  const diff = await diffTrees({ objects, base: commit.tree, head: head.tree, limits: policy.changeLimits });
  const moved = await diffTrees({ objects, base: commit.tree, head: base.tree, limits: baseMoved });
  if (moved.reached !== undefined)
    throw new Failure({
      code: 'limit',
      message: `the base has moved on by more than ${moved.reached.most} ${moved.reached.limit} since the change began`,
      hints: ['merge the base into the change, or rebase the change on it'],
    });
  const merge = mergeChanges({ head: diff.changes, target: moved.changes });
  const touched = touchedComponents(diff.changes);
  const collected = { repository, base, head, mergeBase: { oid: commit.oid, from }, policy, commits, diff, merge, touched };
  if (diff.faults.length > 0 || diff.reached !== undefined || merge.conflicts.length > 0) return collected;
  const trees = { objects, base: base.tree, laid: merge.laid, touched: touched.components };
  return { ...collected, questions: await questionsOf({ ...trees, policy, ...(facts === undefined ? {} : { facts }) }) };
}

interface MergeBaseKnown {
  readonly given: string | undefined;
  readonly commits: CommitRange;
  readonly base: Commit;
}

async function mergeBaseOf(
  repository: Repository,
  { given, commits, base }: MergeBaseKnown,
): Promise<{ readonly from: CollectedReview['mergeBase']['from']; readonly commit: Commit }> {
  if (given !== undefined) return { from: 'forge', commit: await repository.commitOf(given) };
  const oid = await findMergeBase(repository, commits);
  return oid === undefined ? { from: 'assumed', commit: base } : { from: 'history', commit: await repository.readCommit(oid) };
}
