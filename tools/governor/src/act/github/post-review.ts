import { Failure } from '@moby/model';
import { reviewMarkdown } from '../../formats/review-markdown.ts';
import type { ReviewReport } from '../../formats/review-report.ts';
import { waitFor, type GitHubApi, type GitHubApiOptions } from './github-api.ts';
import { ownUser } from './own-user.ts';
import { checkRunsPath, nextCheckStep, ownCheckRun, type CheckRun } from './post-check.ts';
import { commentsPath, nextCommentStep, ownComment, type OwnComment } from './post-comment.ts';
import { labelNames, labelPath, labelsPath, nextLabelStep, type LabelsThere } from './post-labels.ts';
import { shownPullRequest, type PullRequestName } from './pull-request-name.ts';
import { readPullRequest } from './read-pull-request.ts';
import { settle } from './settle.ts';
import { wantedCheck } from './wanted-check.ts';

export const reviewParts = ['check', 'comment', 'labels'] as const;

export type ReviewPart = (typeof reviewParts)[number];

export interface ToPost extends Pick<GitHubApiOptions, 'onPause' | 'delay'> {
  readonly report: ReviewReport;
  readonly pullRequest: PullRequestName;
  /** By default all, in this order: the check is what a merge waits for. */
  readonly parts?: readonly ReviewPart[];
  /** The login of the bot that the token is of, where it is that of an App. */
  readonly as?: string;
}

/** How many requests each part has taken: 0 where all was there already. */
export type PostedReview = Readonly<Partial<Record<ReviewPart, number>>>;

/**
 * Makes GitHub show the report: a check run on its head with an annotation for each finding, one comment that is edited in place, one
 * label. What is there already is left as it is. Throws `refused` where the pull request's head is another one, and what the API throws.
 */
export async function postReview(
  api: GitHubApi,
  { report, pullRequest, parts = reviewParts, as, ...clock }: ToPost,
): Promise<PostedReview> {
  const { head } = await readPullRequest(api, pullRequest);
  if (head.oid !== report.head)
    throw new Failure({
      code: 'refused',
      message: `the report is about ${report.head}, and ${shownPullRequest(pullRequest)} is at ${head.oid} now`,
      hints: ['review it anew: a verdict holds for one head', 'nothing was sent'],
    });
  const user = await ownUser(api, as);
  const wait = async (ms: number): Promise<void> => waitFor(clock, ms);
  const works: Readonly<Record<ReviewPart, () => Promise<number>>> = {
    check: async () => {
      const wanted = wantedCheck(report);
      const look = async (): Promise<CheckRun | undefined> =>
        ownCheckRun(await api.list(checkRunsPath(pullRequest, wanted), 'check_runs'), user);
      return settle(api, { look, next: (run) => nextCheckStep(pullRequest, wanted, run), wait });
    },
    comment: async () => {
      const body = reviewMarkdown(report);
      const look = async (): Promise<OwnComment | undefined> => ownComment(await api.list(commentsPath(pullRequest)), user);
      return settle(api, { look, next: (comment) => nextCommentStep(pullRequest, body, comment), wait });
    },
    labels: async () => {
      const look = async (): Promise<LabelsThere> => ({
        onPullRequest: labelNames(await api.list(labelsPath(pullRequest))),
        exists: await isThere(api, labelPath(pullRequest, report.verdict)),
      });
      return settle(api, { look, next: (there) => nextLabelStep(pullRequest, report.verdict, there), wait });
    },
  };
  const posted: Partial<Record<ReviewPart, number>> = {};
  for (const part of reviewParts.filter((one) => parts.includes(one))) posted[part] = await works[part]();
  return posted;
}

async function isThere(api: GitHubApi, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-found') return false;
    throw error;
  }
}
