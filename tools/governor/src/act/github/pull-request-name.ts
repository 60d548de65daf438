import { Failure } from '@moby/model';

/** A pull request at GitHub, as `owner/repository#12`. */
export interface PullRequestName {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
}

const form = /^([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))\/([A-Za-z0-9._-]{1,100})#([1-9][0-9]{0,9})$/;

/** Throws `usage` for what is no name of a pull request. */
export function parsePullRequestName(text: string): PullRequestName {
  const [owner, repository, number] = form.exec(text)?.slice(1) ?? [];
  if (owner !== undefined && repository !== undefined && number !== undefined && repository !== '.' && repository !== '..')
    return { owner, repository, number: Number(number) };
  throw new Failure({
    code: 'usage',
    message: `\`${text.slice(0, 200)}\` is no pull request`,
    hints: ['name it as OWNER/REPOSITORY#NUMBER: --github moby/library#12'],
  });
}

/** `/repos/owner/repository` and what follows. */
export function repositoryPath({ owner, repository }: Pick<PullRequestName, 'owner' | 'repository'>, rest: string): string {
  return `/repos/${owner}/${repository}${rest}`;
}

export function shownPullRequest({ owner, repository, number }: PullRequestName): string {
  return `${owner}/${repository}#${number}`;
}
