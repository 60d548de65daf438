import type { CommitSignature, Person } from '../collect/git/parse-commit.ts';

/** A signed commit. */
export interface CommitToCheck {
  readonly signature: CommitSignature;
  /** Whoever made the commit signs it, whoever wrote what is in it. */
  readonly committer: Person;
  /** Seconds since 1970: the time of the review, where somebody told it. A commit's own date is its author's word. */
  readonly now?: number;
}
