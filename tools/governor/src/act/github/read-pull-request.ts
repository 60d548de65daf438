import { memberOf, needed, numberAt, textAt } from './answers.ts';
import type { GitHubApi } from './github-api.ts';
import { labelNames } from './post-labels.ts';
import { repositoryPath, type PullRequestName } from './pull-request-name.ts';

export interface ForgePerson {
  /** Stays when somebody renames themselves. */
  readonly id: number;
  readonly login: string;
}

/** What GitHub says of a pull request in one answer. */
export interface PullRequest {
  readonly number: number;
  readonly isOpen: boolean;
  readonly isDraft: boolean;
  readonly author: ForgePerson | undefined;
  readonly labels: readonly string[];
  readonly head: {
    readonly oid: string;
    readonly branch: string;
    /** As `owner/name`; missing where it was deleted. */ readonly repository?: string;
  };
  /** The branch that it is to be merged into, today. */
  readonly base: { readonly branch: string };
  /** By the forge's clock. */
  readonly date: Date | undefined;
}

export async function readPullRequest(api: GitHubApi, name: PullRequestName): Promise<PullRequest> {
  const { body, date } = await api.get(repositoryPath(name, `/pulls/${name.number}`));
  const repository = textAt(body, 'head', 'repo', 'full_name');
  const labels = memberOf(body, 'labels');
  return {
    number: needed(numberAt(body, 'number'), 'number of the pull request'),
    isOpen: textAt(body, 'state') === 'open',
    isDraft: memberOf(body, 'draft') === true,
    author: personAt(body, 'user'),
    labels: labelNames(Array.isArray(labels) ? labels : []),
    head: {
      oid: oidOf(textAt(body, 'head', 'sha'), 'head'),
      branch: needed(textAt(body, 'head', 'ref'), 'branch of the head'),
      ...(repository === undefined ? {} : { repository }),
    },
    base: { branch: needed(textAt(body, 'base', 'ref'), 'branch of the base') },
    date,
  };
}

/** Undefined where the account was deleted. */
export function personAt(value: unknown, ...path: readonly string[]): ForgePerson | undefined {
  const [id, login] = [numberAt(value, ...path, 'id'), textAt(value, ...path, 'login')];
  return id === undefined || login === undefined ? undefined : { id, login };
}

export function oidOf(text: string | undefined, what: string): string {
  return needed(text !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined, `commit of the ${what}`);
}
