import type { BumpReport, Report } from '../judge/report.ts';

/**
 * What a review of a pull request has found: everything that is shown, in whatever format, is made of this. Its schema is
 * schemas/documents/review-report.v1.schema.json.
 */
export interface ReviewReport extends Pick<Report, 'verdict' | 'findings' | 'waived' | 'passed' | 'unjudged'> {
  /** The number of this form. */
  readonly form: 1;
  /** The verdict holds for exactly these two commits and this set of rules. */
  readonly head: string;
  readonly base: string;
  readonly rulesDigest: string;
  /** By component and line, as `redis/8.0`; a line that can't be compared is missing. */
  readonly bump: Readonly<Record<string, ReviewedBump>>;
  readonly assemblies: readonly ReviewedAssembly[];
  /** All have to be met before it may be merged without a person. */
  readonly autoMerge: readonly AutoMergeCondition[];
  /** Why there is no verdict, where that is so. */
  readonly cause?: ReviewCause;
}

export interface ReviewedBump extends BumpReport {
  /** The version that is proposed, as `8.0.3+r1`. */
  readonly version: string;
}

/** A reference assembly, before and after the merge. */
export interface ReviewedAssembly {
  readonly name: string;
  readonly before: AssemblyState;
  readonly after: AssemblyState;
}

/** `unknown`: a fact is missing, and nothing is said. */
export type AssemblyState = 'passes' | 'fails' | 'absent' | 'unknown';

export interface AutoMergeCondition {
  /** A phrase, as `no finding is left for a person`. What isn't known isn't met. */
  readonly condition: string;
  readonly met: boolean;
  /** Who can clear it, as `an owner`; missing where it is met, and where nobody can. */
  readonly who?: string;
}

/** `repository`: git's data is there and can't be read, which trying again doesn't change. */
export interface ReviewCause {
  readonly kind: 'network' | 'io' | 'repository' | 'bug';
  readonly message: string;
  readonly help?: string;
}
