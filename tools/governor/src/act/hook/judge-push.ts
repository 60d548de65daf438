import { Failure } from '@moby/model';
import { commitsBetween } from '../../collect/commits/commits-between.ts';
import { findMergeBase } from '../../collect/commits/find-merge-base.ts';
import { openRepository, type Repository } from '../../collect/git/open-repository.ts';
import { escapeText } from '../../judge/escape-text.ts';
import type { ReviewReport } from '../../formats/review-report.ts';
import { reviewText } from '../../formats/review-text.ts';
import { review, type ToReview } from '../../review/review.ts';
import type { PushedRef } from './parse-push.ts';

export interface ToJudgePush extends Pick<ToReview, 'policy' | 'today' | 'rules' | 'cacheFolder'> {
  /** The repository that is pushed to, and where what is pushed lies meanwhile (`quarantineOf`). */
  readonly folder: string;
  readonly quarantine?: string;
  readonly refs: readonly PushedRef[];
  /**
   * What becomes of a branch about which a named person must decide. A repository without a forge has no approvals, so nearly every change of
   * a component is one; and whoever may push to it decides by pushing. So `accept`, with words, is what one begins with.
   */
  readonly needsReview: 'accept' | 'refuse';
}

/** What is said of one branch, and whether it may come in. */
export interface JudgedBranch {
  readonly ref: string;
  readonly accepted: boolean;
  /** Missing where there is nothing to judge by, or nobody could judge. */
  readonly report?: ReviewReport;
  /** For who pushes: plain text, a line each. */
  readonly lines: readonly string[];
}

/** Each is judged by itself, so that a push of very many would take very long. */
const maxBranches = 50;

/**
 * Judges what a push would make of each branch: against what the branch is now, and of a new one against where it left the default branch.
 * Tags and other refs are nothing that is merged; deleting is for git's own `receive.denyDeletes`. Where nobody could judge, the push is
 * refused. Throws `limit`, and `unreadable-repository`.
 */
export async function judgePush(push: ToJudgePush): Promise<readonly JudgedBranch[]> {
  const branches = push.refs.filter(({ ref, after }) => ref.startsWith('refs/heads/') && after !== undefined);
  if (branches.length > maxBranches)
    throw new Failure({
      code: 'limit',
      message: `${branches.length} branches in one push; at most ${maxBranches} are judged`,
      hints: ['push them in parts'],
    });
  const judged: JudgedBranch[] = [];
  for (const branch of branches) judged.push(await judgeBranch(branch, push));
  return judged;
}

async function judgeBranch({ ref, before, after = '' }: PushedRef, push: ToJudgePush): Promise<JudgedBranch> {
  const { folder, quarantine } = push;
  const name = escapeText(ref.replace(/^refs\/heads\//, ''));
  try {
    const base = before ?? (await beginOf(openRepository(folder, quarantine), after));
    if (base === undefined)
      return { ref, accepted: true, lines: [`${name}: the first branch of this repository: there is nothing yet to judge it by`] };
    // What the branch becomes is the head itself: what is pushed over somebody's commits takes them out, and doesn't merge.
    const report = await review({ ...push, base, head: after, mergeBase: base });
    return decided({ ref, name, report, needsReview: push.needsReview });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = [error.message, ...error.hints].flatMap((text) => text.split('\n')).map((line) => `  ${escapeText(line)}`);
    return { ref, accepted: false, lines: [`${name}: refused, since it can’t be judged`, ...words] };
  }
}

/** Where a new branch has left the default branch; undefined where the repository has no branch yet. */
async function beginOf(repository: Repository, head: string): Promise<string | undefined> {
  const tip = await defaultTip(repository);
  if (tip === undefined) return undefined;
  const range = await commitsBetween({ repository, base: tip, head });
  return (await findMergeBase(repository, range)) ?? tip;
}

async function defaultTip(repository: Repository): Promise<string | undefined> {
  try {
    return (await repository.commitOf('HEAD')).oid;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'not-found') throw error;
    if ((await repository.branches()).length === 0) return undefined;
    throw new Failure({
      code: 'not-found',
      message: 'HEAD of this repository names a branch that isn’t there, and new branches are judged by it',
      hints: ['say there which branch is the default: git symbolic-ref HEAD refs/heads/NAME'],
      cause: error,
    });
  }
}

interface ToDecide extends Pick<ToJudgePush, 'needsReview'> {
  readonly ref: string;
  readonly name: string;
  readonly report: ReviewReport;
}

function decided({ ref, name, report, needsReview }: ToDecide): JudgedBranch {
  const { verdict } = report;
  const accepted = verdict === 'pass' || (verdict === 'needs-review' && needsReview === 'accept');
  const words = {
    pass: 'accepted',
    fail: 'refused',
    'tool-error': 'refused, since nobody could judge',
    'needs-review': accepted
      ? 'accepted: a person must decide, and who may push here does so by pushing'
      : 'refused until a person has decided',
  }[verdict];
  const text = reviewText(report).trimEnd().split('\n');
  return { ref, accepted, report, lines: [`${name}: ${words}`, ...text] };
}
