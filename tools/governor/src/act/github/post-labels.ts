import type { ReviewReport } from '../../formats/review-report.ts';
import { textAt } from './answers.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';
import type { Step } from './settle.ts';

/** A label of ours: one for each verdict, and a pull request has one of them. Whatever else it has is not ours to touch. */
interface VerdictLabel {
  readonly name: string;
  /** Six digits in hex. */
  readonly color: string;
  readonly description: string;
}

const labels: Readonly<Record<ReviewReport['verdict'], VerdictLabel>> = {
  pass: { name: 'review: pass', color: '2da44e', description: 'no rule of the library stands against it' },
  fail: { name: 'review: fail', color: 'cf222e', description: 'breaks a rule of the library' },
  'needs-review': { name: 'review: needs-review', color: 'bf8700', description: 'a named person must decide' },
  'tool-error': { name: 'review: tool-error', color: '6e7781', description: 'could not be judged, which is not its author’s fault' },
};

/** What is known of a pull request's labels. */
export interface LabelsThere {
  readonly onPullRequest: readonly string[];
  /** Whether the repository has the label of the verdict. */
  readonly exists: boolean;
}

export function labelsPath(name: PullRequestName): string {
  return repositoryPath(name, `/issues/${name.number}/labels`);
}

export function labelPath(name: PullRequestName, verdict: ReviewReport['verdict']): string {
  return repositoryPath(name, `/labels/${encodeURIComponent(labels[verdict].name)}`);
}

export function labelNames(elements: readonly unknown[]): readonly string[] {
  return elements.flatMap((element) => textAt(element, 'name') ?? []);
}

export function nextLabelStep(
  name: PullRequestName,
  verdict: ReviewReport['verdict'],
  { onPullRequest, exists }: LabelsThere,
): Step<LabelsThere> | undefined {
  const wanted = labels[verdict];
  const own = Object.values(labels).map((label) => label.name);
  // GitHub's labels are the same in capitals and small letters.
  const stale = onPullRequest.find((label) => own.includes(label.toLowerCase()) && label.toLowerCase() !== wanted.name);
  if (stale !== undefined)
    return {
      request: { method: 'DELETE', path: `${labelsPath(name)}/${encodeURIComponent(stale)}`, already: 404 },
      after: () => ({ onPullRequest: onPullRequest.filter((label) => label !== stale), exists }),
    };
  if (!exists)
    return {
      request: { method: 'POST', path: repositoryPath(name, '/labels'), body: wanted, already: 422 },
      after: () => ({ onPullRequest, exists: true }),
    };
  if (onPullRequest.some((label) => label.toLowerCase() === wanted.name)) return undefined;
  return {
    request: { method: 'POST', path: labelsPath(name), body: { labels: [wanted.name] } },
    after: () => ({ onPullRequest: [...onPullRequest, wanted.name], exists }),
  };
}
