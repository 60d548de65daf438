import type { Diagnostic, Judged } from '@moby/model';
import type { CommitRange } from '../collect/commits/commits-between.ts';
import type { Commit } from '../collect/git/open-repository.ts';
import type { Touched } from '../collect/lines/touched-components.ts';
import type { Merge } from '../collect/merge/merge-changes.ts';
import type { FileEntry } from '../collect/trees/change.ts';
import type { TreeDiff } from '../collect/trees/diff-trees.ts';
import type { Policy } from '../judge/policy.ts';
import type { Owners } from '../judge/question.ts';
import type { LibraryChange } from '../library/library-change.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { CommitSignatures } from './commit-signatures.ts';
import type { MovedTarget } from './moved-target.ts';
import type { ReviewFacts } from './review-facts.ts';

/** A pull request as the rules about the whole of it see it: everything is read before the first of them runs. */
export interface ChangeSubject {
  /** Of the base, as is the life cycle. */
  readonly policy: Policy;
  readonly lifecycle: Lifecycle;
  readonly facts: ReviewFacts;
  /** The day, as `2027-01-31`; missing where nobody told it. */
  readonly today?: string;
  readonly base: Commit;
  readonly head: Commit;
  readonly commits: CommitRange;
  /** What the head changes of the commit that it left the base at. */
  readonly diff: TreeDiff;
  readonly merge: Merge;
  readonly touched: Touched;
  /** False where the trees, their size or their merge have faults: then the engine's rules alone are judged, and what follows is empty. */
  readonly isReadable: boolean;
  /** Why git's data can't be read, where that is so: then nothing else is judged. */
  readonly unreadable?: { readonly message: string; readonly help?: string };
  /** Those that are touched, by name. */
  readonly components: readonly ChangedComponent[];
  /** Lines of the merge that no package can be made of, by their folders, with why. */
  readonly unpackable: ReadonlyMap<string, string>;
  /** Changed files that rules read, by path; larger ones than `maxReadBytes` have no bytes. */
  readonly files: ReadonlyMap<string, ChangedFile>;
  /** Of each touched line that is there afterwards, by `redis/8.0`: the files that its package holds, by their path in it. */
  readonly packed: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** policy.yaml as the merge has it; missing where it stays as it is, and where it is gone. */
  readonly policyAfter?: Judged<Policy>;
  /** Components that count as critical: what the policy names, and all that these need in the base. Missing where that can't be read. */
  readonly critical?: ReadonlySet<string>;
  readonly signatures: CommitSignatures;
  /** Missing where the base is what is merged into, as far as anybody has said. */
  readonly target?: MovedTarget;
  /** The whole library on both sides, and what becomes of its assemblies. */
  readonly library: LibraryChange;
}

/** One component on both sides of the merge. */
export interface ChangedComponent {
  /** The folder's name, as `redis`. */
  readonly name: string;
  /** Missing where the base has no such folder. */
  readonly before?: ComponentFolder;
  /** As the merge has it; missing where nothing is left. */
  readonly after?: ComponentFolder;
  /** Lines in which something changed, also those that are gone afterwards. */
  readonly lines: readonly string[];
}

export interface ComponentFolder {
  /** Names of the files beside the lines, sorted. */
  readonly files: readonly string[];
  /** OWNERS.yaml, read; missing where there is none. */
  readonly owners?: Judged<Owners>;
  /** By the names of their folders, sorted. */
  readonly lines: ReadonlyMap<string, LineFolderContents>;
}

export interface LineFolderContents {
  /** Everything in the folder, by path from it, sorted. */
  readonly files: ReadonlyMap<string, FileEntry>;
  /** npm's name and version, where package.json says them. */
  readonly name?: string;
  readonly npmVersion?: string;
}

/** A file on both sides of the merge; missing where it isn't there, `too-large` where it isn't read. */
export interface ChangedFile {
  readonly before?: Uint8Array | 'too-large';
  readonly after?: Uint8Array | 'too-large';
  /** What the strict reader of its kind says of what stands there afterwards: of OWNERS.yaml, assembly.yaml, policy.yaml and lifecycle.yaml. */
  readonly faults?: readonly Diagnostic[];
}
