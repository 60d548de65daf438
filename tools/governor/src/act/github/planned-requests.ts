import { Failure } from '@moby/model';
import type { ReviewReport } from '../../formats/review-report.ts';
import type { GitHubApi, GitHubWrite } from './github-api.ts';
import { postReview, type ReviewPart } from './post-review.ts';
import type { PullRequestName } from './pull-request-name.ts';

/** A request as it would be sent. */
export type PlannedRequest = Pick<GitHubWrite, 'method' | 'path' | 'body'>;

interface ToPlan {
  readonly report: ReviewReport;
  readonly pullRequest: PullRequestName;
  readonly parts?: readonly ReviewPart[];
}

/**
 * What would be sent for a pull request that nothing was sent for yet; nobody is asked. What GitHub gives a number stands with 0 in a path:
 * requests after the first name what the first has made.
 */
export async function plannedRequests(plan: ToPlan): Promise<readonly PlannedRequest[]> {
  const requests: PlannedRequest[] = [];
  await postReview(emptyForge(plan.report, requests), { ...plan, as: 'github-actions[bot]' });
  return requests;
}

function emptyForge({ head }: ReviewReport, requests: PlannedRequest[]): GitHubApi {
  const answer = (body: unknown): { readonly kind: 'answer'; readonly body: unknown; readonly date: undefined } => ({
    kind: 'answer',
    body,
    date: undefined,
  });
  return {
    get: async (path) => {
      if (!/\/pulls\/[0-9]+$/.test(path)) throw new Failure({ code: 'not-found', message: `\`${path}\` isn't there yet` });
      return answer({ number: 1, state: 'open', head: { sha: head, ref: 'head' }, base: { ref: 'base' } });
    },
    list: async () => [],
    write: async ({ method, path, body }) => {
      requests.push({ method, path, ...(body === undefined ? {} : { body }) });
      return answer({ id: 0 });
    },
  };
}
