export {
  openGitHubApi,
  type GitHubAnswer,
  type GitHubApi,
  type GitHubApiOptions,
  type GitHubWrite,
  type UnknownOutcome,
} from './github/github-api.ts';
export { plannedRequests, type PlannedRequest } from './github/planned-requests.ts';
export { postReview, reviewParts, type PostedReview, type ReviewPart, type ToPost } from './github/post-review.ts';
export { parsePullRequestName, shownPullRequest, type PullRequestName } from './github/pull-request-name.ts';
export { readFacts, type ForgeFacts } from './github/read-facts.ts';
export { type ForgePerson } from './github/read-pull-request.ts';
export { judgePush, type JudgedBranch, type ToJudgePush } from './hook/judge-push.ts';
export { maxPushedRefs, parsePush, pushedRef, type PushedRef } from './hook/parse-push.ts';
export { checkName, maxAnnotations } from './github/wanted-check.ts';
