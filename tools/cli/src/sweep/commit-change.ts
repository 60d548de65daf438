import type { ReviewReport } from '@moby/governor';
import type { FileEntry } from '@moby/governor/collect';
import { Failure } from '@moby/model';
import { settleBranch } from './git/settle-branch.ts';
import { sweepCommitBytes, type Committer } from './git/sweep-commit.ts';
import { treeWith } from './git/tree-with.ts';
import { openObjectWriter } from './git/write-objects.ts';
import { writeRef } from './git/write-ref.ts';
import type { StagedChange } from './stage-library.ts';
import type { SweepWorld } from './sweep-world.ts';

/** What became of a change. */
export interface SweptBranch {
  readonly branch: string;
  readonly action: 'planned' | 'written' | 'updated' | 'left' | 'refused' | 'failed';
  readonly subject: string;
  readonly why?: string;
  readonly commit?: string;
  readonly files: readonly string[];
  readonly review?: ReviewReport;
}

export interface ToCommit {
  readonly world: SweepWorld;
  readonly branch: string;
  readonly subject: string;
  readonly body: readonly string[];
  readonly changes: ReadonlyMap<string, StagedChange>;
  readonly committer: Committer;
  /** Judges a commit that no branch has yet. */
  readonly judge: (head: string) => Promise<ReviewReport>;
}

/**
 * Writes a change as a commit on its branch: objects, then the judgement, then the branch. Whoever ends it in between leaves objects that git
 * collects. Throws `io`, `no-space`, `unreadable-repository`.
 */
export async function commitChange(toCommit: ToCommit): Promise<SweptBranch> {
  try {
    return await settleChange(toCommit);
  } catch (error) {
    const { branch, subject, changes } = toCommit;
    if (!(error instanceof Failure) || !ofOneChange.includes(error.code)) throw error;
    return { branch, subject, files: [...changes.keys()].sort(), action: 'failed', why: error.message };
  }
}

/** What is wrong with one change, as its judgement may tell, leaves the others as they are. */
const ofOneChange: readonly string[] = ['limit', 'invalid-input', 'not-found'];

async function settleChange({ world, branch, subject, body, changes, committer, judge }: ToCommit): Promise<SweptBranch> {
  const { git, folder, repository, base } = world;
  const swept = { branch, subject, files: [...changes.keys()].sort() };
  const write = openObjectWriter(git);
  const entries = new Map<string, FileEntry | undefined>();
  for (const [path, { before, bytes }] of changes)
    entries.set(path, bytes === undefined ? undefined : { mode: before?.mode ?? '100644', oid: await write('blob', bytes) });
  const tree = await treeWith({ objects: repository.objects, write, tree: base.tree, changes: entries });
  const state = await settleBranch({ git, folder, branch, base, tree });
  switch (state.kind) {
    case 'same':
      return { ...swept, action: 'left', why: 'it holds this change already', commit: state.tip, review: await judge(state.tip) };
    case 'others':
      return { ...swept, action: 'refused', why: state.why, commit: state.tip };
    case 'ours':
    case 'missing': {
      const commit = await write('commit', sweepCommitBytes({ tree, parent: base.oid, committer, subject, body }));
      const review = await judge(commit);
      const expected = state.kind === 'ours' ? state.tip : undefined;
      try {
        await writeRef({ git, branch, oid: commit, expected });
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'refused') throw error;
        return { ...swept, action: 'refused', why: error.message, commit, review };
      }
      return { ...swept, action: expected === undefined ? 'written' : 'updated', commit, review };
    }
  }
}
